package gradwire.membership;

import gradwire.error.GradwireException;

/** The coordinator cannot do it now, and nothing has changed; asking again later may help. */
public final class NotNowException extends GradwireException {
  private static final long serialVersionUID = 1L;

  public NotNowException(String message) {
    super(message);
  }

  public NotNowException(String message, Throwable cause) {
    super(message, cause);
  }
}
