package gradwire.error;

/** The caller's words or settings are wrong: nothing was started, and the process exits with 2. */
public final class UsageException extends GradwireException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
