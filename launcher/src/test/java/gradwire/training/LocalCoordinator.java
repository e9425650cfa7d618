package gradwire.training;

import gradwire.membership.Assignment;
import gradwire.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Who computes what, in one JVM: moves replicas when told. Thread-safe. */
final class LocalCoordinator {
  private final int[] owners;
  private final int[] incarnations;
  private final List<Seat> seats = new ArrayList<>();
  private int numMoves;

  /** All at home: replica r at worker {@code r mod numWorkers}. */
  LocalCoordinator(int numReplicas, int numWorkers) {
    owners = IntStream.range(0, numReplicas).map(replica -> replica % numWorkers).toArray();
    incarnations = new int[numReplicas];
    for (int worker = 0; worker < numWorkers; worker++) {
      addWorker();
    }
  }

  /** One more; it has no replica yet. Returns its index. */
  synchronized int addWorker() {
    seats.add(new Seat(seats.size()));
    return seats.size() - 1;
  }

  synchronized Seat seat(int worker) {
    return seats.get(worker);
  }

  /** The replica is {@code worker}'s from now on, unless that one has left, or all is done. */
  synchronized void move(int replica, int worker) {
    boolean isDone = seats.get(owners[replica]).hasRetired;
    if (owners[replica] != worker && !seats.get(worker).hasLeft && !isDone) {
      numMoves++;
      owners[replica] = worker;
      incarnations[replica]++;
      seats.forEach(Seat::look);
      notifyAll();
    }
  }

  /** All replicas of {@code worker} go to the others, in turn. */
  synchronized void moveAllOf(int worker) {
    for (int replica = 0; replica < owners.length; replica++) {
      for (int i = 1; i < seats.size() && owners[replica] == worker; i++) {
        move(replica, (worker + i) % seats.size());
      }
    }
  }

  synchronized int numMoves() {
    return numMoves;
  }

  synchronized int ownerOf(int replica) {
    return owners[replica];
  }

  private synchronized Assignment assignmentOf(int worker, long version) {
    SortedMap<Integer, Integer> mine = new TreeMap<>();
    for (int replica = 0; replica < owners.length; replica++) {
      if (owners[replica] == worker) {
        mine.put(replica, incarnations[replica]);
      }
    }
    return new Assignment(version, mine);
  }

  /** One worker's end. */
  final class Seat implements Membership {
    private final int worker;
    private volatile Assignment assignment;
    private volatile boolean deaf;
    private boolean hasLeft;
    private boolean hasRetired;

    private Seat(int worker) {
      this.worker = worker;
      this.assignment = assignmentOf(worker, 0);
    }

    private void look() {
      if (!deaf) {
        assignment = assignmentOf(worker, assignment.version() + 1);
      }
    }

    /** It hears nothing of what changes, as a process that stands still. */
    void setDeaf(boolean isDeaf) {
      synchronized (LocalCoordinator.this) {
        deaf = isDeaf;
        look();
        LocalCoordinator.this.notifyAll();
      }
    }

    @Override
    public Assignment assignment() {
      return assignment;
    }

    @Override
    public Assignment awaitNewerThan(long version, long millis) {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      synchronized (LocalCoordinator.this) {
        long left = millis;
        while (assignment.version() <= version && !isFinished() && left > 0) {
          try {
            LocalCoordinator.this.wait(left);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
          }
          left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        return assignment;
      }
    }

    @Override
    public boolean retire(Assignment done) {
      synchronized (LocalCoordinator.this) {
        if (assignment.version() != done.version()) {
          return false;
        }
        hasLeft = true;
        hasRetired = true;
        LocalCoordinator.this.notifyAll();
        return true;
      }
    }

    @Override
    public boolean isFinished() {
      synchronized (LocalCoordinator.this) {
        return IntStream.of(owners).allMatch(owner -> seats.get(owner).hasRetired);
      }
    }

    @Override
    public void computed(long step, long computeNanos) {}

    @Override
    public void leave() {
      synchronized (LocalCoordinator.this) {
        hasLeft = true;
        moveAllOf(worker);
      }
    }

    @Override
    public void close() {}
  }
}
