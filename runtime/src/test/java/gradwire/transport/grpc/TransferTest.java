package gradwire.transport.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TransferTest {
  private final BufferPool pool = new BufferPool();
  private final Transfer transfer = new Transfer(pool);
  private final MemorySegment values = Frames.floats(10, 3);

  @AfterEach
  void everyBufferIsGivenBack() {
    transfer.abandon();
    assertThat(pool.numInUse()).isZero();
    pool.close();
  }

  @Test
  void framesInOrderBecomeTheWhole() {
    assertThat(transfer.add(frame(0, 4), () -> 10)).isNull();
    assertThat(transfer.add(frame(4, 3), () -> 10)).isNull();
    TensorBuffer whole = requireNonNull(transfer.add(frame(7, 3), () -> 10));

    assertThat(Frames.bytes(whole.memory())).isEqualTo(Frames.bytes(values));
    whole.release();
  }

  @Test
  void aGapAnOverlapAndAMissingStartAreRefused() {
    assertRefused(frame(4, 3), "expected the frame with float 0 of the transfer, got 3 floats");
    assertThat(transfer.add(frame(0, 4), () -> 10)).isNull();
    assertRefused(frame(5, 5), "expected the frame with float 4 of the transfer");
    assertRefused(frame(0, 4), "send a transfer's frames in order");
  }

  @Test
  void anEmptyFrameAndAnotherTotalAreRefused() {
    assertThat(transfer.add(frame(0, 4), () -> 10)).isNull();
    assertRefused(Frames.push(4, 10, Frame.NO_PAYLOAD), "got 0 floats from 4 on");
    assertRefused(Frames.push(4, 8, pooled(4, 4)), "(8 in all)");
  }

  @Test
  void anotherLengthThanTheShardsIsRefusedBeforeMemoryIsTaken() {
    assertThatThrownBy(() -> transfer.add(Frames.push(0, 1L << 50, pooled(0, 4)), () -> 10))
        .hasMessageContaining("expected 10 floats, got 1125899906842624; all tasks must run");
    pool.release(lastPooled);
  }

  private MemorySegment lastPooled = Frame.NO_PAYLOAD;

  private Frame frame(long offset, long length) {
    return Frames.push(offset, 10, pooled(offset, length));
  }

  private MemorySegment pooled(long offset, long length) {
    MemorySegment piece = Floats.slice(values, offset, length);
    lastPooled = pool.acquire(piece.byteSize()).copyFrom(piece);
    return lastPooled;
  }

  private void assertRefused(Frame frame, String reason) {
    assertThatThrownBy(() -> transfer.add(frame, () -> 10))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining(reason);
    pool.abandoned(frame.payload());
  }
}
