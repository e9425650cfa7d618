package gradwire.transport.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.TensorBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TransferTest {
  private final BufferPool pool = new BufferPool();
  private final Transfer transfer = new Transfer(pool, () -> 10, null);
  private final MemorySegment values = Frames.floats(10, 3);

  @AfterEach
  void everyBufferIsGivenBack() {
    transfer.abandon();
    assertThat(pool.numInUse()).isZero();
    pool.close();
  }

  @Test
  void framesInOrderBecomeTheWhole() throws IOException {
    assertThat(sent(0, 4)).isNull();
    assertThat(sent(4, 3)).isNull();
    assertWhole(sent(7, 3));
  }

  @Test
  void framesInAnyOrderWithAnyCutsSomeTwiceBecomeTheWhole() throws IOException {
    for (long seed = 0; seed < 200; seed++) {
      List<long[]> pieces = new ArrayList<>();
      for (int begin = 0; begin < 10; begin++) {
        pieces.add(new long[] {begin, Math.min(10 - begin, 1 + seed % 3)});
        pieces.add(new long[] {begin, 1});
      }
      Collections.shuffle(pieces, new Random(seed));
      TensorBuffer whole = null;
      for (long[] piece : pieces) {
        TensorBuffer complete = sent(seed + 1, piece[0], piece[1]);
        whole = complete == null ? whole : complete;
      }
      assertWhole(whole);
    }
  }

  @Test
  void whatADamagedFrameWasWrittenOverMustComeAgain() throws IOException {
    assertThat(sent(0, 9)).isNull();
    Frame damaged = Frames.push(5, 10, Floats.slice(values, 5, 5));
    assertThat(transfer.destination(damaged, 20).byteSize()).isEqualTo(20);
    transfer.drop();
    assertThat(sent(9, 1)).isNull();
    assertWhole(sent(5, 5));
  }

  @Test
  void aDamagedFrameTakesNothingFromWhatWasThere() throws IOException {
    assertThat(sent(0, 9)).isNull();
    assertThat(transfer.destination(Frames.push(3, 10, values), 20)).isEqualTo(Frame.NO_PAYLOAD);
    transfer.drop();
    assertWhole(sent(9, 1));
  }

  @Test
  void framesOfAnOldRequestAreOld() throws IOException {
    assertWhole(sent(0, 10));
    Frame late = Frames.push(0, 10, values);

    assertThat(transfer.isOld(late)).isTrue();
    assertThat(transfer.destination(late, 40)).isEqualTo(Frame.NO_PAYLOAD);
  }

  @Test
  void aSkippedRequestIsRefused() {
    assertThatThrownBy(() -> sent(3, 0, 10))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("expected request 1 of this stream next, got 3");
  }

  @Test
  void anEmptyFrameAndAnotherTotalAreRefused() throws IOException {
    assertThat(sent(0, 4)).isNull();
    assertRefused(Frames.push(4, 10, Frame.NO_PAYLOAD), "got 0 floats from 4 on");
    assertRefused(Frames.push(4, 8, Floats.slice(values, 4, 4)), "(8 in all)");
  }

  @Test
  void anotherLengthThanTheShardsIsRefusedBeforeMemoryIsTaken() throws IOException {
    Frame huge = Frames.push(0, 1L << 50, Floats.slice(values, 0, 4));

    assertThat(transfer.destination(huge, 16)).isEqualTo(Frame.NO_PAYLOAD);
    assertRefused(huge, "expected 10 floats, got 1125899906842624; all tasks must run");
    assertThat(pool.numInUse()).isZero();
  }

  private @Nullable TensorBuffer sent(long offset, long length) throws IOException {
    return sent(Frames.REQUEST, offset, length);
  }

  private @Nullable TensorBuffer sent(long request, long offset, long length) throws IOException {
    Frame frame = Frames.push(request, offset, 10, Floats.slice(values, offset, length));
    byte[] message = Frames.written(frame);
    Frame read = Frames.read(message, transfer);
    return transfer.isOld(read) ? null : transfer.add(read);
  }

  private void assertWhole(@Nullable TensorBuffer whole) {
    assertThat(Frames.bytes(requireNonNull(whole).memory())).isEqualTo(Frames.bytes(values));
    whole.release();
  }

  private void assertRefused(Frame frame, String reason) {
    assertThatThrownBy(() -> transfer.add(frame))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining(reason);
  }
}
