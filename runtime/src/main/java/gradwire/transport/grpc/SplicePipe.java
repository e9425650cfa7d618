package gradwire.transport.grpc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.tensor.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Puts memory into a socket without copying it: {@code vmsplice(2)} refers a pipe to its pages,
 * {@code splice(2)} moves the references on. Over a Unix socket the receiver then copies straight
 * out of these pages. So they must stay as they are until the other end has said that it read them:
 * longer than until they are written.
 *
 * <p>Nothing here waits: a full socket takes 0 bytes. One thread: the socket's.
 */
final class SplicePipe implements AutoCloseable {
  /** As much as an unprivileged process may ask for; more references are at most under way. */
  private static final int CAPACITY_BYTES = 1 << 20;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int SPLICE_F_MORE = 4;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_MORE = 0x8000;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURED = Linker.Option.captureCallState("errno");

  private static final MethodHandle PIPE2 =
      Libc.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FCNTL =
      Libc.function(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle VMSPLICE =
      Libc.function(
          "vmsplice",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          CAPTURED);
  private static final MethodHandle SPLICE =
      Libc.function(
          "splice",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          CAPTURED);
  private static final MethodHandle SEND =
      Libc.function(
          "send",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
          CAPTURED);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(STATE);

  /** A {@code struct iovec}: address and length. */
  private final MemorySegment vector = arena.allocate(2 * JAVA_LONG.byteSize(), Long.BYTES);

  private final int socket;
  private final int readEnd;
  private final int writeEnd;

  /** Bytes that the pipe refers to and the socket has not taken yet. */
  private long inside;

  private boolean refused;

  /**
   * @param socket its file descriptor, not blocking; stays the caller's
   * @throws IOException if the system has no pipe to give
   */
  SplicePipe(int socket) throws IOException {
    this.socket = socket;
    MemorySegment ends = arena.allocate(JAVA_INT, 2);
    try {
      Libc.call("pipe2", PIPE2, ends, O_NONBLOCK | O_CLOEXEC);
    } catch (IOException none) {
      arena.close();
      throw none;
    }
    readEnd = ends.getAtIndex(JAVA_INT, 0);
    writeEnd = ends.getAtIndex(JAVA_INT, 1);
    Libc.invoke(FCNTL, writeEnd, F_SETPIPE_SZ, CAPACITY_BYTES); // refused, it stays at 64 KiB
  }

  /**
   * Sends {@code bytes} from {@code offset} on as any socket does: copied on return.
   *
   * @param more whether something follows at once, so that they need not travel alone
   * @return how many the socket took
   */
  long send(MemorySegment bytes, long offset, boolean more) throws IOException {
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    long sent;
    do {
      sent = send(bytes.address() + offset, bytes.byteSize() - offset, flags);
    } while (sent < 0 && errno() == EINTR);
    return taken("send", sent);
  }

  /**
   * Sends references to {@code memory}, first those that an earlier call left in the pipe.
   *
   * @param offset how much of it earlier calls have sent
   * @param more as in {@link #send}
   * @return how many bytes the socket took
   */
  long refer(MemorySegment memory, long offset, boolean more) throws IOException {
    long left = memory.byteSize() - offset;
    if (inside == 0 && !refused) {
      enter(memory.address() + offset, left);
    }
    if (refused) {
      return send(memory, offset, more);
    }
    int flags = SPLICE_F_NONBLOCK | (more || inside < left ? SPLICE_F_MORE : 0);
    long moved;
    do {
      moved = splice(inside, flags);
    } while (moved < 0 && errno() == EINTR);
    long sent = taken("splice", moved);
    inside -= sent;
    return sent;
  }

  /** A system that does not refer to memory, or not to this, has it copied from here on. */
  private void enter(long address, long length) {
    vector.set(JAVA_LONG, 0, address);
    vector.set(JAVA_LONG, Long.BYTES, length);
    inside = Math.max(0, vmsplice());
    refused = inside == 0;
  }

  private long taken(String call, long result) throws IOException {
    if (result >= 0) {
      return result;
    }
    if (errno() == EAGAIN) {
      return 0;
    }
    throw new IOException(call + ": the connection is broken (errno " + errno() + ")");
  }

  private int errno() {
    return (int) ERRNO.get(state, 0L);
  }

  private long send(long address, long length, int flags) {
    try {
      return (long) SEND.invokeExact(state, socket, address, length, flags);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private long vmsplice() {
    try {
      return (long) VMSPLICE.invokeExact(state, writeEnd, vector, 1L, SPLICE_F_NONBLOCK);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private long splice(long length, int flags) {
    try {
      return (long)
          SPLICE.invokeExact(
              state, readEnd, MemorySegment.NULL, socket, MemorySegment.NULL, length, flags);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    Libc.invoke(CLOSE, readEnd);
    Libc.invoke(CLOSE, writeEnd);
    arena.close();
  }
}
