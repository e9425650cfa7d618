package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import gradwire.tensor.Floats;
import gradwire.transport.SharedVectors;
import gradwire.transport.TensorBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class PeerMemoryTest {
  private final gradwire.tensor.SharedMemory memory =
      gradwire.tensor.SharedMemory.create(20).orElseThrow();
  private final MemorySegment gradient = Floats.slice(memory.floats(), 0, 10);
  private final MemorySegment weights = Floats.slice(memory.floats(), 10, 10);
  private final byte[] offer = PeerMemory.offer(new SharedVectors(memory, gradient, weights));

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void theServerSeesTheWorkersVectors() throws IOException {
    PeerMemory peer = PeerMemory.attach(offer);
    gradient.setAtIndex(ValueLayout.JAVA_FLOAT, 9, 5);
    peer.weights(10).setAtIndex(ValueLayout.JAVA_FLOAT, 9, 6);

    assertThat(peer.gradient(10).getAtIndex(ValueLayout.JAVA_FLOAT, 9)).isEqualTo(5);
    assertThat(weights.getAtIndex(ValueLayout.JAVA_FLOAT, 9)).isEqualTo(6);
    assertThat(peer.holds(10)).isTrue();
    assertThat(peer.holds(11)).isFalse();
    peer.release();
  }

  @Test
  void aLentGradientOutlivesTheStream() throws IOException {
    PeerMemory peer = PeerMemory.attach(offer);
    TensorBuffer lent = peer.lendGradient(10);
    peer.release();

    assertThat(lent.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isZero();
    lent.release();
    assertThat(lent.memory().scope().isAlive()).isFalse();
  }

  @Test
  void vectorsBeyondTheMemoryAreRefused() {
    String reason = "shared memory: expected both vectors within 20 floats";
    for (long offset : new long[] {21, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertRefused(o -> o.setGradient(offset), reason);
      assertRefused(o -> o.setWeights(offset), reason);
    }
    assertRefused(o -> o.setNumFloats(21), "expected 21 floats, got room for 20");
    assertRefused(o -> o.setTokenLow(0), "expected the peer's token");
  }

  private void assertRefused(
      UnaryOperator<gradwire.transport.grpc.proto.SharedMemory.Builder> change, String reason) {
    assertThatThrownBy(() -> PeerMemory.attach(change.apply(parsed()).build().toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
  }

  private gradwire.transport.grpc.proto.SharedMemory.Builder parsed()
      throws InvalidProtocolBufferException {
    return gradwire.transport.grpc.proto.SharedMemory.parseFrom(offer).toBuilder();
  }

  @Test
  void whatIsNoOfferIsRefused() {
    assertThatThrownBy(() -> PeerMemory.attach(new byte[] {(byte) 0xff}))
        .isInstanceOf(IOException.class);
  }
}
