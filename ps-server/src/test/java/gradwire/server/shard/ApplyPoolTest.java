package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

final class ApplyPoolTest {
  private static final int NUM_STRIPES = 37;

  @Test
  void everyStripeIsAppliedOnceAnUpdate() {
    AtomicIntegerArray applied = new AtomicIntegerArray(NUM_STRIPES);
    try (ApplyPool pool =
        new ApplyPool(3, NUM_STRIPES, (thread, stripe) -> applied.incrementAndGet(stripe))) {
      for (int round = 1; round <= 2000; round++) {
        pool.run();
        for (int stripe = 0; stripe < NUM_STRIPES; stripe++) {
          assertThat(applied.get(stripe)).as("round %d, stripe %d", round, stripe).isEqualTo(round);
        }
      }
    }
  }

  @Test
  void helpersWorkWhileTheCallerDoes() {
    Set<String> names = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    try (ApplyPool pool =
        new ApplyPool(
            2,
            2,
            (thread, stripe) -> {
              names.add(thread + " " + Thread.currentThread().isDaemon());
              names.add(Thread.currentThread().getName());
              both.countDown();
              awaitAll(both);
            })) {
      pool.run();
    }
    assertThat(names).contains("1 true", "apply-1", Thread.currentThread().getName());
  }

  private static void awaitAll(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheNextUpdateIsApplied() {
    AtomicIntegerArray applied = new AtomicIntegerArray(NUM_STRIPES);
    IllegalStateException bad = new IllegalStateException("stripe 5 is bad");
    try (ApplyPool pool =
        new ApplyPool(
            2,
            NUM_STRIPES,
            (thread, stripe) -> {
              if (applied.incrementAndGet(stripe) == 1 && stripe == 5) {
                throw bad;
              }
            })) {
      assertThatThrownBy(pool::run).isInstanceOf(GradwireException.class).hasCause(bad);
      pool.run();
      assertThat(applied.get(5)).isEqualTo(2);
    }
  }

  @Test
  void afterTheEndHelpersAreGoneAndUpdatesRefused() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ApplyPool pool =
        new ApplyPool(3, NUM_STRIPES, (thread, stripe) -> threads.add(Thread.currentThread()));
    pool.run();
    pool.close();
    threads.remove(Thread.currentThread());
    assertThat(threads).noneMatch(Thread::isAlive);
    assertThatThrownBy(pool::run)
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("expected an open shard");
  }

  @Test
  void anEmptyShardIsAppliedAtOnce() {
    try (ApplyPool pool =
        new ApplyPool(
            1,
            0,
            (thread, stripe) -> {
              throw new AssertionError();
            })) {
      pool.run();
    }
  }
}
