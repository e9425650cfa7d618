package gradwire.server.membership;

import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Standing;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A process's coordinator, and what it leaves to the next. One thread. */
public final class SimulatedCoordinator {
  /** What outlives a coordinator's process. */
  public static final class State implements MembershipStore {
    private @Nullable MembershipState saved;

    @Override
    public Optional<MembershipState> load() {
      return Optional.ofNullable(saved);
    }

    @Override
    public void save(MembershipState state) {
      saved = state;
    }

    /** The number of a replica's present turn, as was last said; 0 if nothing was. */
    public int incarnationOf(int replica) {
      return saved == null ? 0 : saved.replicas().get(replica).incarnation();
    }
  }

  private final Coordinator coordinator;

  public SimulatedCoordinator(State state, LongSupplier clockMillis, Consumer<String> log) {
    this.coordinator = new Coordinator(state, clockMillis, log);
  }

  public Standing join(Member member, MembershipPlan plan) {
    return coordinator.join(member, plan);
  }

  public Standing beat(Beat beat) {
    return coordinator.beat(beat);
  }

  public void tick() {
    coordinator.tick();
  }

  public long tickMillis() {
    return coordinator.tickMillis();
  }
}
