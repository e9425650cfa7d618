package gradwire.transport;

import gradwire.error.GradwireException;

/**
 * The line to a server broke, or the server is gone: what was asked may or may not have been done.
 * The same may be asked again over a new line; a push is applied once all the same.
 */
public final class LineBrokenException extends GradwireException {
  private static final long serialVersionUID = 1L;

  public LineBrokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
