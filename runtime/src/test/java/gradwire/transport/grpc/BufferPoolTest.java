package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {
  private static final long NUM_BYTES = 12_345 * Float.BYTES;

  private final BufferPool pool = new BufferPool();

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void whatIsNeededAgainIsTheSameMemoryAgain() {
    MemorySegment first = pool.acquire(NUM_BYTES);
    pool.release(first);

    assertThat(pool.acquire(NUM_BYTES)).isEqualTo(first);
    assertThat(pool.acquire(NUM_BYTES)).isNotEqualTo(first);
  }

  @Test
  void whatIsNeededOnceIsTheSystemsAgainWhenReleased() {
    MemorySegment once = pool.acquireOnce(NUM_BYTES);
    assertThat(once.byteSize()).isEqualTo(NUM_BYTES);
    assertThat(pool.numInUse()).isOne();

    TensorBuffer owned = pool.owned(once);
    owned.release();
    assertThat(once.scope().isAlive()).isFalse();
    assertThat(pool.numInUse()).isZero();
  }

  @Test
  void noBufferIsReleasedTwice() {
    MemorySegment once = pool.acquireOnce(NUM_BYTES);
    MemorySegment kept = pool.acquire(NUM_BYTES);
    pool.release(once);
    pool.release(kept);

    assertThatThrownBy(() -> pool.release(once)).hasMessage("buffer released twice");
    assertThatThrownBy(() -> pool.release(kept)).hasMessage("buffer released twice");
  }

  @Test
  void aPoolThatClosesTakesAllWithIt() {
    BufferPool closing = new BufferPool();
    MemorySegment once = closing.acquireOnce(NUM_BYTES);
    MemorySegment kept = closing.acquire(NUM_BYTES);
    closing.close();

    assertThat(once.scope().isAlive()).isFalse();
    assertThat(kept.scope().isAlive()).isFalse();
  }
}
