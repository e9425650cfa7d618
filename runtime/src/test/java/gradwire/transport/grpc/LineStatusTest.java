package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

final class LineStatusTest {
  @Test
  void aChannelThatClosesUnderACallIsABrokenLine() {
    Status closed =
        Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());
    assertThat(LineStatus.isBroken(closed)).isTrue();
    assertThat(LineStatus.isBroken(Status.UNAVAILABLE)).isTrue();
    assertThat(LineStatus.isBroken(Status.CANCELLED)).isTrue();
  }

  @Test
  void whatTheOtherEndAnsweredIsNone() {
    assertThat(LineStatus.isBroken(Status.UNKNOWN.withDescription("channel closed"))).isFalse();
    assertThat(LineStatus.isBroken(Status.UNKNOWN.withCause(new IllegalStateException())))
        .isFalse();
    assertThat(LineStatus.isBroken(Status.FAILED_PRECONDITION)).isFalse();
    assertThat(LineStatus.isBroken(Status.DEADLINE_EXCEEDED)).isFalse();
    assertThat(LineStatus.isBroken(Status.OK)).isFalse();
  }
}
