package gradwire.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends memory that already holds a payload without copying it, by public interfaces alone.
 *
 * <p>gRPC's framer asks the channel's allocator for every piece of a message, {@code buffer(hint,
 * hint)}, and writes arrays into it, on the thread that drains the message. So the message can
 * arrange, by a slot of that thread, that the first piece is exactly gRPC's prefix and the header,
 * and that the next is a buffer laid over the payload whose writes only move the index.
 *
 * <p>That order is the framer's habit, not its contract. A buffer that is not taken at the first
 * write, or that gets other bytes than announced (by compression, say), fails the call before
 * anything false is sent.
 */
final class LendingAllocator implements ByteBufAllocator {
  /** Length and flags that gRPC puts before each message. */
  private static final int PREFIX_BYTES = 5;

  /** Stands for bytes that are where they belong already; never read. */
  private static final byte[] ANNOUNCED = new byte[1 << 20];

  private static final ThreadLocal<Slot> SLOT = ThreadLocal.withInitial(Slot::new);

  private final ByteBufAllocator allocator;

  private static final class Slot {
    private int headBytes;
    private @Nullable ByteBuf payload;
  }

  LendingAllocator(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** To be called when the framer asks for the message's length: {@code headerBytes} come first. */
  static void expectHeader(int headerBytes) {
    SLOT.get().headBytes = PREFIX_BYTES + headerBytes;
  }

  /**
   * To be called when the header has been written to {@code framer}.
   *
   * @param payload unchanged until the other end says that it has it: the socket may refer to it
   *     all that time, without a copy of its own
   */
  static void lend(ByteBuffer payload, OutputStream framer) throws IOException {
    lend(new LastingBuffer(payload), payload.remaining(), framer);
  }

  /**
   * As {@link #lend}, for memory that is soon used again.
   *
   * @param payload unchanged until {@code sent}
   * @param sent called by the network's thread when the socket has copied all of it, or never will
   */
  static void lendBriefly(ByteBuffer payload, Runnable sent, OutputStream framer)
      throws IOException {
    lend(new LentBuffer(payload, sent), payload.remaining(), framer);
  }

  private static void lend(LentBuffer lent, int numBytes, OutputStream framer) throws IOException {
    Slot slot = SLOT.get();
    slot.headBytes = 0;
    slot.payload = lent;
    try {
      for (int left = numBytes; left > 0; ) {
        int length = Math.min(left, ANNOUNCED.length);
        framer.write(ANNOUNCED, 0, length);
        if (slot.payload != null) {
          throw new IOException("the payload was not taken: is the channel's allocator another?");
        }
        left -= length;
      }
    } finally {
      ByteBuf notTaken = slot.payload;
      if (notTaken != null) {
        slot.payload = null;
        notTaken.release();
      }
    }
  }

  private static class LentBuffer extends UnpooledDirectByteBuf {
    private final Runnable sent;

    LentBuffer(ByteBuffer payload, Runnable sent) {
      super(UnpooledByteBufAllocator.DEFAULT, payload, payload.remaining());
      this.sent = sent;
      writerIndex(0);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // that very array announces what is already there
    public ByteBuf writeBytes(byte[] source, int index, int length) {
      if (source != ANNOUNCED) {
        throw new IllegalStateException("other bytes than lent; is the message compressed?");
      }
      writerIndex(writerIndex() + length);
      return this;
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      sent.run();
    }
  }

  /** Told from others by its views, which are read-only, through whatever it is wrapped in. */
  private static final class LastingBuffer extends LentBuffer {
    private final ByteBuffer view;

    LastingBuffer(ByteBuffer payload) {
      super(payload, () -> {});
      view = payload.slice().asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
      return view.slice(index, length);
    }
  }

  @Override
  public ByteBuf buffer(int initialCapacity, int maxCapacity) {
    Slot slot = SLOT.get();
    ByteBuf payload = slot.payload;
    if (initialCapacity == maxCapacity && payload != null) {
      slot.payload = null;
      return payload;
    }
    if (initialCapacity == maxCapacity && slot.headBytes > 0) {
      int length = slot.headBytes;
      slot.headBytes = 0;
      return allocator.buffer(length, length);
    }
    return allocator.buffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf buffer() {
    return allocator.buffer();
  }

  @Override
  public ByteBuf buffer(int initialCapacity) {
    return allocator.buffer(initialCapacity);
  }

  @Override
  public ByteBuf ioBuffer() {
    return allocator.ioBuffer();
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity) {
    return allocator.ioBuffer(initialCapacity);
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
    return allocator.ioBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf heapBuffer() {
    return allocator.heapBuffer();
  }

  @Override
  public ByteBuf heapBuffer(int initialCapacity) {
    return allocator.heapBuffer(initialCapacity);
  }

  @Override
  public ByteBuf heapBuffer(int initialCapacity, int maxCapacity) {
    return allocator.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf directBuffer() {
    return allocator.directBuffer();
  }

  @Override
  public ByteBuf directBuffer(int initialCapacity) {
    return allocator.directBuffer(initialCapacity);
  }

  @Override
  public ByteBuf directBuffer(int initialCapacity, int maxCapacity) {
    return allocator.directBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public CompositeByteBuf compositeBuffer() {
    return allocator.compositeBuffer();
  }

  @Override
  public CompositeByteBuf compositeBuffer(int maxNumComponents) {
    return allocator.compositeBuffer(maxNumComponents);
  }

  @Override
  public CompositeByteBuf compositeHeapBuffer() {
    return allocator.compositeHeapBuffer();
  }

  @Override
  public CompositeByteBuf compositeHeapBuffer(int maxNumComponents) {
    return allocator.compositeHeapBuffer(maxNumComponents);
  }

  @Override
  public CompositeByteBuf compositeDirectBuffer() {
    return allocator.compositeDirectBuffer();
  }

  @Override
  public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
    return allocator.compositeDirectBuffer(maxNumComponents);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return allocator.isDirectBufferPooled();
  }

  @Override
  public int calculateNewCapacity(int minNewCapacity, int maxCapacity) {
    return allocator.calculateNewCapacity(minNewCapacity, maxCapacity);
  }
}
