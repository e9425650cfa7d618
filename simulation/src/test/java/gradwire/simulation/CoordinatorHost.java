package gradwire.simulation;

import gradwire.error.GradwireException;
import gradwire.membership.NotNowException;
import gradwire.membership.Standing;
import gradwire.server.membership.SimulatedCoordinator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The coordinator of each process of server 0, and the way to it. */
final class CoordinatorHost {
  private final Server server;
  private final Events events;
  private final Rules rules;
  private SimulatedCoordinator.State state = new SimulatedCoordinator.State();
  private @Nullable SimulatedCoordinator coordinator;
  private long process;
  private long numChanges;

  CoordinatorHost(Server server, Events events, Rules rules) {
    this.server = server;
    this.events = events;
    this.rules = rules;
  }

  /** What was said is gone, with the machine. */
  void forget() {
    state = new SimulatedCoordinator.State();
    coordinator = null;
  }

  /** How often it has said that something is different. */
  long numChanges() {
    return numChanges;
  }

  /** What was said last, be there a coordinator now or not. */
  SimulatedCoordinator.State state() {
    return state;
  }

  /** The present process's; none while there is no process. */
  private @Nullable SimulatedCoordinator present() {
    if (!server.isUp()) {
      coordinator = null;
    } else if (coordinator == null || !server.isProcess(process)) {
      process = server.process();
      if (rules.coordinatorForgets()) {
        state = new SimulatedCoordinator.State();
      }
      coordinator =
          new SimulatedCoordinator(
              state, () -> events.now() * Events.MILLIS_PER_TICK, this::changed);
      tick(process);
    }
    return coordinator;
  }

  private void changed(String line) {
    numChanges++;
    events.note("coordinator: " + line);
  }

  private void tick(long ofProcess) {
    SimulatedCoordinator living = coordinator;
    if (living != null && ofProcess == process && server.isProcess(ofProcess)) {
      living.tick();
      events.at(
          events.now() + Math.max(1, living.tickMillis() / Events.MILLIS_PER_TICK),
          () -> tick(ofProcess));
    }
  }

  /**
   * Asks; the answer comes later, or never.
   *
   * @param worker who asks
   */
  void ask(
      int worker,
      Function<SimulatedCoordinator, Standing> question,
      Consumer<Standing> answer,
      Consumer<GradwireException> refused) {
    events.soon(
        () -> {
          SimulatedCoordinator present = server.isCutOff(worker) ? null : present();
          if (present != null) {
            answer(present, question, answer, refused);
          }
        });
  }

  private void answer(
      SimulatedCoordinator present,
      Function<SimulatedCoordinator, Standing> question,
      Consumer<Standing> answer,
      Consumer<GradwireException> refused) {
    try {
      Standing standing = question.apply(present);
      events.soon(() -> answer.accept(standing));
    } catch (NotNowException later) {
      events.note("coordinator: not now: " + later.getMessage());
    } catch (GradwireException wrong) {
      events.soon(() -> refused.accept(wrong));
    }
  }
}
