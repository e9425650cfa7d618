package gradwire.error;

/**
 * A failure that a person must act on; its message says where it happened, what was expected, what
 * was got and what to do next.
 */
public class GradwireException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GradwireException(String message) {
    super(message);
  }

  public GradwireException(String message, Throwable cause) {
    super(message, cause);
  }
}
