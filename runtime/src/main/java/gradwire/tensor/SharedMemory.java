package gradwire.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Floats that two processes of one host have mapped: what one writes the other reads, no copy
 * between. Thread-safe as memory is: who may write when is for its users to agree on.
 *
 * <p>One process {@linkplain #create makes} it and tells another its {@link Handle}; the other
 * {@linkplain #attach attaches}. A random token in the memory proves that both mean the same: on
 * another host, or in another container, the same numbers name something else or nothing.
 */
public final class SharedMemory implements AutoCloseable {
  /** A page: keeps the floats aligned. */
  private static final long HEADER_BYTES = 4096;

  private static final int NO_DESCRIPTOR = -1;

  /**
   * What another process needs to find it.
   *
   * @param pid of the process that made it
   * @param descriptor its open file
   * @param numFloats how long it is
   * @param tokenHigh first half of 128 random bits
   * @param tokenLow second half
   */
  public record Handle(long pid, int descriptor, long numFloats, long tokenHigh, long tokenLow) {}

  private final Arena arena = Arena.ofShared();
  private final MemorySegment whole;
  private final MemorySegment floats;
  private final Handle handle;
  private final int descriptor;

  /** Maps {@code mapped}; keeps {@code kept} open, if it is one. */
  private SharedMemory(int mapped, int kept, Handle handle) throws IOException {
    this.handle = handle;
    this.descriptor = kept;
    try {
      whole = Memfd.map(mapped, arena);
      expectRoom(handle, whole);
      floats = whole.asSlice(HEADER_BYTES, handle.numFloats() * Float.BYTES);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * {@code numFloats} zeros; empty where the platform has no such memory (it needs Linux) or has
   * none left.
   */
  public static Optional<SharedMemory> create(long numFloats) {
    if (!isSupported()) {
      return Optional.empty();
    }
    try {
      return Optional.of(createNew(numFloats));
    } catch (IOException noneLeft) {
      return Optional.empty();
    }
  }

  private static SharedMemory createNew(long numFloats) throws IOException {
    int descriptor = Memfd.create(HEADER_BYTES + numFloats * Float.BYTES);
    SecureRandom random = new SecureRandom();
    long pid = ProcessHandle.current().pid();
    Handle handle = new Handle(pid, descriptor, numFloats, random.nextLong(), random.nextLong());
    try {
      SharedMemory memory = new SharedMemory(descriptor, descriptor, handle);
      Memfd.enlargePages(memory.whole);
      memory.whole.set(ValueLayout.JAVA_LONG, 0, handle.tokenHigh());
      memory.whole.set(ValueLayout.JAVA_LONG, Long.BYTES, handle.tokenLow());
      return memory;
    } catch (IOException | RuntimeException e) {
      Memfd.close(descriptor);
      throw e;
    }
  }

  /** Whether this platform can share memory this way. */
  public static boolean isSupported() {
    return "Linux".equals(System.getProperty("os.name"));
  }

  /**
   * The memory that another process means by {@code handle}.
   *
   * @throws IOException saying why, if it cannot be reached from here
   */
  public static SharedMemory attach(Handle handle) throws IOException {
    if (!isSupported()) {
      throw new IOException("shared memory: expected Linux, got " + System.getProperty("os.name"));
    }
    int descriptor = Memfd.open(handle.pid(), handle.descriptor());
    try {
      SharedMemory memory = new SharedMemory(descriptor, NO_DESCRIPTOR, handle);
      memory.expectToken();
      return memory;
    } finally {
      Memfd.close(descriptor);
    }
  }

  private static void expectRoom(Handle handle, MemorySegment whole) throws IOException {
    long capacity = (whole.byteSize() - HEADER_BYTES) / Float.BYTES;
    if (handle.numFloats() < 0 || handle.numFloats() > capacity) {
      throw new IOException(
          "shared memory: expected " + handle.numFloats() + " floats, got room for " + capacity);
    }
  }

  private void expectToken() throws IOException {
    boolean same =
        whole.get(ValueLayout.JAVA_LONG, 0) == handle.tokenHigh()
            && whole.get(ValueLayout.JAVA_LONG, Long.BYTES) == handle.tokenLow();
    if (!same) {
      arena.close();
      throw new IOException("shared memory: expected the peer's token, got another's memory");
    }
  }

  /** {@code [numFloats] float32}, live on both sides. */
  public MemorySegment floats() {
    return floats;
  }

  /** What to tell the other process. */
  public Handle handle() {
    return handle;
  }

  /** Whether all of {@code segment} lies in here. */
  public boolean contains(MemorySegment segment) {
    long begin = segment.address() - floats.address();
    return begin >= 0 && begin + segment.byteSize() <= floats.byteSize();
  }

  /** First float of {@code segment}, which lies in here. */
  public long offsetOf(MemorySegment segment) {
    return (segment.address() - floats.address()) / Float.BYTES;
  }

  /** Unmaps it here; the other process keeps what it has. */
  @Override
  public void close() {
    arena.close();
    if (descriptor != NO_DESCRIPTOR) {
      try {
        Memfd.close(descriptor);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
