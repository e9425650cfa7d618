package gradwire.server.membership;

import gradwire.error.GradwireException;
import gradwire.membership.Beat;
import gradwire.membership.Coordination;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Standing;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Coordinator} and the thread that it lives on: it may wait for the disk, which nobody
 * else need notice. Thread-safe.
 */
public final class CoordinatorService implements Coordination, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CoordinatorService.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("coordinator").factory());
  private final Coordinator coordinator;

  private CoordinatorService(MembershipStore store) {
    coordinator =
        new Coordinator(
            store,
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            line -> log.info("coordinator: {}", line));
    tickLater();
  }

  /** One that forgets everything when its process ends. */
  public static CoordinatorService inMemory() {
    return new CoordinatorService(MembershipStore.inMemory());
  }

  /**
   * One that holds what it says in {@code file}.
   *
   * @param numResumes how often the run was resumed after a stop
   * @throws GradwireException naming the file if an earlier process has left it and it is damaged
   */
  public static CoordinatorService on(Path file, long numResumes) {
    return new CoordinatorService(new MembershipFile(file, numResumes));
  }

  private void tickLater() {
    try {
      var unused =
          thread.schedule(
              () -> {
                coordinator.tick();
                tickLater();
              },
              coordinator.tickMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("closed");
    }
  }

  @Override
  public CompletableFuture<Standing> join(Member member, MembershipPlan plan) {
    return onThread(() -> coordinator.join(member, plan));
  }

  @Override
  public CompletableFuture<Standing> beat(Beat beat) {
    return onThread(() -> coordinator.beat(beat));
  }

  private CompletableFuture<Standing> onThread(Supplier<Standing> action) {
    return CompletableFuture.supplyAsync(action, thread);
  }

  /** Answers nobody from here on. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
