package gradwire.transport;

import gradwire.error.GradwireException;

/**
 * Another owner has taken the replica that this one came for: nothing of what was asked was done,
 * nor ever will be.
 */
public final class StaleIncarnationException extends GradwireException {
  private static final long serialVersionUID = 1L;

  public StaleIncarnationException(String message) {
    super(message);
  }

  public StaleIncarnationException(String message, Throwable cause) {
    super(message, cause);
  }
}
