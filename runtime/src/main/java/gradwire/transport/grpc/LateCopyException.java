package gradwire.transport.grpc;

import java.io.IOException;

/** A copy of a frame that was taken before: there is nothing to do about it. */
final class LateCopyException extends IOException {
  private static final long serialVersionUID = 1L;

  LateCopyException() {
    super("a late copy of a frame that was taken before");
  }
}
