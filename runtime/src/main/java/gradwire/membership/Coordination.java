package gradwire.membership;

import java.util.concurrent.CompletableFuture;

/**
 * The coordinator as workers see it: who computes which replica. Thread-safe; no call blocks. A
 * future fails with {@link gradwire.error.GradwireException} if the caller is wrong for good, e.g.
 * a later process of the same worker has joined; with {@link NotNowException} if a later try may
 * do.
 */
public interface Coordination {
  /** A worker's process has started, or its coordinator has forgotten it. Idempotent. */
  CompletableFuture<Standing> join(Member member, MembershipPlan plan);

  /** It lives on, or takes leave. */
  CompletableFuture<Standing> beat(Beat beat);
}
