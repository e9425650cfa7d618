package gradwire.kernels.cuda;

import gradwire.error.Expect;
import gradwire.error.GradwireException;

/** The driver refused something, or a kernel before it failed. */
public final class CudaException extends GradwireException {
  private static final long serialVersionUID = 1L;

  private final CudaFailure failure;

  /**
   * @param where the driver's function
   * @param got the driver's word for it
   * @param details more about what was got; may be empty
   */
  CudaException(CudaFailure failure, String where, String expected, String got, String details) {
    super(
        Expect.message(
            where,
            expected,
            details.isEmpty() ? got : got + " (" + details + ")",
            failure.remedy()));
    this.failure = failure;
  }

  /** What can be done about it. */
  public CudaFailure failure() {
    return failure;
  }
}
