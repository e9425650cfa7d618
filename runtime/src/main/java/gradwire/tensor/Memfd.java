package gradwire.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Linux's anonymous files ({@code memfd_create(2)}): memory that another process of the same user
 * can map by way of {@code /proc/PID/fd/N}, gone with the last process that has it, and sealed so
 * that nobody can cut it short under another's feet. Thread-safe.
 */
final class Memfd {
  private static final String NAME = "gradwire";
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;
  private static final int F_SEAL_SHRINK = 2;
  private static final int F_SEAL_GROW = 4;
  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0x100;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  private static final MethodHandle MEMFD_CREATE =
      Libc.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FTRUNCATE =
      Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FCNTL =
      Libc.function(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle OPEN =
      Libc.function(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private Memfd() {}

  /** From here on large pages pay; above the length of any file that has no room for them. */
  private static final long LARGE_BYTES = 2 * LargePages.PAGE_BYTES;

  /** A new one of at least {@code numBytes}, sealed in length; the caller closes the descriptor. */
  static int create(long numBytes) throws IOException {
    long length = numBytes > LARGE_BYTES ? LargePages.spacious(numBytes) : numBytes;
    try (Arena arena = Arena.ofConfined()) {
      int descriptor =
          Libc.call(
              "memfd_create",
              MEMFD_CREATE,
              arena.allocateFrom(NAME),
              MFD_CLOEXEC | MFD_ALLOW_SEALING);
      Libc.call("ftruncate", FTRUNCATE, descriptor, length);
      Libc.call("fcntl", FCNTL, descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
      return descriptor;
    }
  }

  /** Opens another process's; refuses all that is not one of ours with its length sealed. */
  static int open(long pid, int descriptor) throws IOException {
    Path path = Path.of("/proc/" + pid + "/fd/" + descriptor);
    String target = Files.readSymbolicLink(path).toString();
    if (!target.startsWith("/memfd:" + NAME)) {
      throw new IOException(path + ": expected shared memory of Gradwire, got " + target);
    }
    try (Arena arena = Arena.ofConfined()) {
      int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
      int own = Libc.call("open", OPEN, arena.allocateFrom(path.toString()), flags, 0);
      if ((Libc.call("fcntl", FCNTL, own, F_GET_SEALS, 0) & F_SEAL_SHRINK) == 0) {
        close(own);
        throw new IOException(path + ": expected a sealed length, got one that may shrink");
      }
      return own;
    }
  }

  /**
   * Maps it, for reading and writing, as long as {@code arena} lives; a large one so that its pages
   * may be large.
   */
  static MemorySegment map(int descriptor, Arena arena) throws IOException {
    Path path = Path.of("/proc/self/fd/" + descriptor);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment whole = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
      return isLarge(whole) ? LargePages.aligned(descriptor, whole) : whole;
    }
  }

  private static boolean isLarge(MemorySegment mapped) {
    return mapped.byteSize() > LARGE_BYTES;
  }

  /** Makes the pages of a new one large, if it is. */
  static void enlargePages(MemorySegment mapped) {
    if (isLarge(mapped)) {
      LargePages.collapse(mapped);
    }
  }

  static void close(int descriptor) throws IOException {
    Libc.call("close", CLOSE, descriptor);
  }
}
