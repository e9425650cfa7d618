package gradwire.bench.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;

/** One row of the transport benchmark, before it is measured. */
record TransportCase(Carrier carrier, Direction direction, PayloadSize size, int workers) {
  private static final List<Integer> WORKERS = List.of(1, 2, 8);

  /** What tells most in the least time. */
  private static final Pattern REPRESENTATIVE =
      Pattern.compile(
          ".*/push\\+pull/1KB/w1|.*/(push\\+pull|step|kept-step)/318KB/w1|.*/(push|pull)/100MB/w1"
              + "|.*tcp/(push\\+pull/(1KB|318KB)/w8|push\\+pull/4MB/w[12]|(push|pull)/100MB/w2)"
              + "|.*tcp/(push|pull)/1GB/w1|.*shm/push/1GB/w1");

  String name() {
    return "transport/%s/%s/%s/w%d"
        .formatted(carrier.label(), direction.label(), size.label(), workers);
  }

  /** Payload of one operation of one worker. */
  long bytesPerOperation() {
    return size.bytes() * direction.ways();
  }

  Limit limit() {
    return direction == Direction.KEPT_STEP ? Limit.STEP_IN_MEMORY : carrier.limit(size);
  }

  /** The same at a server that keeps nothing. */
  TransportCase inMemory() {
    return new TransportCase(carrier, Direction.STEP, size, workers);
  }

  boolean isRepresentative() {
    return REPRESENTATIVE.matcher(name()).matches();
  }

  /**
   * Memory of both processes together, roughly: what the workers share and what each worker has at
   * either end.
   */
  long memoryBytes() {
    return size.bytes() * (2 + 2L * workers);
  }

  static TransportCase named(String name) {
    return all(Set.of(Carrier.values())).stream()
        .filter(one -> one.name().equals(name))
        .findAny()
        .orElseThrow(() -> new NoSuchElementException(name));
  }

  /** The whole matrix, carrier by carrier, small before large. */
  static List<TransportCase> all(Set<Carrier> carriers) {
    List<TransportCase> cases = new ArrayList<>();
    for (Carrier carrier : Carrier.values()) {
      for (PayloadSize size : PayloadSize.values()) {
        for (Direction direction : Direction.values()) {
          for (int workers : WORKERS) {
            cases.add(new TransportCase(carrier, direction, size, workers));
          }
        }
      }
    }
    cases.removeIf(
        one ->
            !carriers.contains(one.carrier())
                || (one.direction().isStep() && one.size() != PayloadSize.KB_318));
    return List.copyOf(cases);
  }
}
