package gradwire.transport.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One direction of one Exchange stream over a bad line: what is sent through it comes out late, in
 * another order, twice, cut short or with flipped bits, as a seed has it. Whatever is held back
 * comes out after some more messages, or soon if none follow, for the sender may be waiting.
 * Thread-safe.
 */
final class Disorder {
  /** What may happen to a message. */
  enum Fate {
    /** Untouched: the message itself, as the product sends it. */
    PASSED,
    TWICE,
    /** Once now, and a copy among the messages of this or a later request, perhaps damaged. */
    AGAIN_LATER,
    /** Held back: later messages overtake it. */
    LATER,
    CUT,
    FLIPPED
  }

  private static final long RELEASE_AFTER_MICROS = 500;

  private record Held(byte[] message, boolean isCopy, long dueAt) {}

  private final SplittableRandom random;
  private final Troubles troubles;
  private final ScheduledExecutorService clock;
  private final Consumer<InputStream> line;
  private final List<Held> held = new ArrayList<>();
  private long sent;
  private boolean ended;

  Disorder(
      long seed, Troubles troubles, ScheduledExecutorService clock, Consumer<InputStream> line) {
    this.random = new SplittableRandom(seed);
    this.troubles = troubles;
    this.clock = clock;
    this.line = line;
  }

  synchronized void send(InputStream message) {
    sent++;
    Fate fate = troubles.draw(random);
    if (fate == Fate.PASSED) {
      line.accept(message);
    } else {
      send(fate, bytes(message));
    }
    release(h -> h.dueAt() <= sent);
  }

  private void send(Fate fate, byte[] message) {
    switch (fate) {
      case PASSED -> forward(message);
      case TWICE -> {
        forward(message);
        forward(message);
      }
      case AGAIN_LATER -> {
        forward(message);
        byte[] copy = random.nextInt(4) == 0 ? flipped(message) : message;
        held.add(new Held(copy, true, sent + 1 + random.nextInt(12)));
      }
      case LATER -> {
        held.add(new Held(message, false, sent + 1 + random.nextInt(4)));
        var unused = clock.schedule(this::stopWaiting, RELEASE_AFTER_MICROS, TimeUnit.MICROSECONDS);
      }
      case CUT -> forward(Arrays.copyOf(message, random.nextInt(message.length)));
      case FLIPPED -> forward(flipped(message));
    }
  }

  /** One to three bits; as often in the header or the checksum as in the payload. */
  private byte[] flipped(byte[] message) {
    byte[] copy = message.clone();
    int numBits = 1 + random.nextInt(3);
    for (int i = 0; i < numBits; i++) {
      int near = Math.min(copy.length, 24);
      int at =
          switch (random.nextInt(3)) {
            case 0 -> random.nextInt(near);
            case 1 -> copy.length - 1 - random.nextInt(near);
            default -> random.nextInt(copy.length);
          };
      copy[at] ^= (byte) (1 << random.nextInt(8));
    }
    return Arrays.equals(copy, message) ? flipped(message) : copy;
  }

  private synchronized void stopWaiting() {
    release(h -> !h.isCopy());
  }

  /** In any order. */
  private void release(Predicate<Held> due) {
    if (ended) {
      return;
    }
    List<Held> released = new ArrayList<>(held.stream().filter(due).toList());
    held.removeAll(released);
    while (!released.isEmpty()) {
      forward(released.remove(random.nextInt(released.size())).message());
    }
  }

  private void forward(byte[] message) {
    line.accept(new ByteArrayInputStream(message));
  }

  /** Nothing may be sent after {@code last}; what is still held back and no copy goes before. */
  synchronized void end(Runnable last) {
    stopWaiting();
    ended = true;
    last.run();
  }

  private static byte[] bytes(InputStream message) {
    try {
      return message.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
