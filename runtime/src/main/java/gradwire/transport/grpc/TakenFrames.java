package gradwire.transport.grpc;

/**
 * The checksums of the last frames that came sound. A copy of such a frame that comes late finds
 * other floats in the memory that it shares, or that was lent to the socket, and seems damaged; its
 * checksum tells what it is, for it covers the request's number and the offset too. One thread.
 */
final class TakenFrames {
  private static final int CAPACITY = 1024;

  private final int[] checksums = new int[CAPACITY];
  private long count;

  /** Frames before this one belong to requests that are over. */
  private long numOver;

  void add(int checksum) {
    checksums[(int) (count % CAPACITY)] = checksum;
    count++;
  }

  /** The request under way is complete: no frame of it is needed again. */
  void requestIsOver() {
    numOver = count;
  }

  /** Whether a frame of an earlier request had this checksum. */
  boolean wasTaken(int checksum) {
    for (long i = Math.max(0, count - CAPACITY); i < numOver; i++) {
      if (checksums[(int) (i % CAPACITY)] == checksum) {
        return true;
      }
    }
    return false;
  }
}
