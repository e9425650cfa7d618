package gradwire.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Buffers that were written and not yet flushed, and who waits for them. One thread. */
final class HeldWrites {
  /** Below, a copy costs less than two more system calls. */
  static final int WORTH_FROM_BYTES = 32 << 10;

  private static final ByteBuffer[] NONE = {};

  private final List<ByteBuf> buffers = new ArrayList<>();
  private final List<ChannelPromise> promises = new ArrayList<>();

  /** See {@link #views}. */
  private final List<ByteBuffer[]> views = new ArrayList<>();

  private boolean holdsLent;

  /** Whether the view is of memory that may be referred to. */
  static boolean isLent(ByteBuffer view) {
    return view.isReadOnly() && view.isDirect() && view.remaining() >= WORTH_FROM_BYTES;
  }

  void add(ByteBuf bytes, ChannelPromise promise) {
    ByteBuffer[] parts = bytes.readableBytes() < WORTH_FROM_BYTES ? NONE : bytes.nioBuffers();
    for (ByteBuffer part : parts) {
      holdsLent |= isLent(part);
    }
    buffers.add(bytes);
    promises.add(promise);
    views.add(parts);
  }

  boolean holdsLent() {
    return holdsLent;
  }

  int size() {
    return buffers.size();
  }

  ByteBuf buffer(int index) {
    return buffers.get(index);
  }

  /** The memory of a buffer, in order; none for one that is too short to hold something lent. */
  ByteBuffer[] views(int index) {
    return views.get(index);
  }

  void forEach(BiConsumer<ByteBuf, ChannelPromise> action) {
    for (int i = 0; i < buffers.size(); i++) {
      action.accept(buffers.get(i), promises.get(i));
    }
  }

  /** They are done with. */
  void clear() {
    buffers.clear();
    promises.clear();
    views.clear();
    holdsLent = false;
  }

  /** Tells all who wait. */
  void written(Future<? super Void> done) {
    for (ChannelPromise promise : promises) {
      boolean unused = done.isSuccess() ? promise.trySuccess() : promise.tryFailure(done.cause());
    }
  }
}
