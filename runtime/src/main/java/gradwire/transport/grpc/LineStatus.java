package gradwire.transport.grpc;

import io.grpc.Status;
import java.io.IOException;

/** What a call's status says of the line that it went over. */
final class LineStatus {
  private LineStatus() {}

  /**
   * Whether the line broke, so that the call may be made again over another. A call that begins in
   * the moment in which its channel closes ends as {@code UNKNOWN} with the channel's exception for
   * a cause; one that the other end answered has no cause.
   */
  static boolean isBroken(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, CANCELLED -> true;
      case UNKNOWN -> status.getCause() instanceof IOException;
      default -> false;
    };
  }
}
