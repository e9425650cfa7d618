package gradwire.kernels.cuda;

/** There is no driver library, or one that is too old. */
final class DriverMissingException extends Exception {
  private static final long serialVersionUID = 1L;

  DriverMissingException(String message) {
    super(message);
  }
}
