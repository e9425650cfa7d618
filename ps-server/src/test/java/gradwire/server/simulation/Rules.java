package gradwire.server.simulation;

import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.store.ShardStore;
import gradwire.transport.OpenReply;
import gradwire.transport.ShardService;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/** The protocol as documented; a planted bug overrides one of these. */
interface Rules {
  Rules DOCUMENTED = new Rules() {};

  /** What a server's process writes to. */
  default ShardStore store(ShardStore store) {
    return store;
  }

  /** What a server's process finds at its start. */
  default Optional<ShardStore> found(Optional<ShardStore> left) {
    return left;
  }

  /**
   * What of a snapshot gets to the disk.
   *
   * @param live the server's vectors as they are when it is written
   */
  default Snapshot written(Snapshot snapshot, IntFunction<MemorySegment> live) {
    return snapshot;
  }

  /**
   * What a server without a state begins with.
   *
   * @param newest the newest whole snapshot and the one before, as far as they are there
   */
  default Optional<Restorable> restored(Scenario scenario, int server, List<Restorable> newest) {
    return newest.stream().findFirst();
  }

  /** What workers reach. */
  default ShardService service(Scenario scenario, ShardService service) {
    return service;
  }

  /** The last push that a worker need not send, as it joins. */
  default long goesOnAfter(List<OpenReply> replies) {
    return replies.stream().mapToLong(OpenReply::sequence).min().orElseThrow();
  }

  /** Which weights a worker that joins asks for. */
  default OptionalLong firstStep(Scenario scenario, int incarnation, List<OpenReply> replies) {
    return scenario.inStep() && incarnation > 0
        ? OptionalLong.of(replies.stream().mapToLong(OpenReply::step).min().orElseThrow())
        : OptionalLong.empty();
  }

  /** What to ask over a new line; empty: nothing, as if it had been answered. */
  default Optional<Question> again(Question unanswered) {
    return Optional.of(unanswered);
  }

  /** Whether a worker asks again at all. */
  default boolean asksAgain() {
    return true;
  }
}
