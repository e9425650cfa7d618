package gradwire.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Buffers on their way into a socket, by turns copied and referred to. Netty writes it as it does a
 * file: again whenever the socket has room. One thread: the socket's.
 */
final class ReferredBytes extends AbstractReferenceCounted implements FileRegion {
  private final SplicePipe pipe;
  private final HeldWrites buffers;
  private final List<ByteBuf> copies = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private @Nullable ByteBuf copy;
  private long length;
  private int present;
  private long sentOfPresent;
  private long transferred;

  /** What lies together: to be copied, or to be referred to. */
  private record Piece(MemorySegment bytes, boolean isLent) {}

  /**
   * @param buffers released with this
   */
  ReferredBytes(SplicePipe pipe, HeldWrites buffers) {
    this.pipe = pipe;
    this.buffers = buffers;
  }

  /**
   * Finds what is to be referred to and copies what lies around it.
   *
   * @throws OutOfMemoryError if there is no memory for that; then this is to be released
   */
  void lay() {
    for (int i = 0; i < buffers.size(); i++) {
      add(buffers.buffer(i), buffers.views(i));
    }
    endCopy();
  }

  private void add(ByteBuf buffer, ByteBuffer[] views) {
    if (views.length == 0) {
      copy().writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
    }
    for (ByteBuffer view : views) {
      if (HeldWrites.isLent(view)) {
        endCopy();
        add(MemorySegment.ofBuffer(view), true);
      } else {
        copy().writeBytes(view);
      }
    }
  }

  /** Headers of some bytes each become one piece. */
  private ByteBuf copy() {
    ByteBuf begun = copy;
    if (begun == null) {
      begun = Channels.BUFFERS.directBuffer();
      copies.add(begun);
      copy = begun;
    }
    return begun;
  }

  private void endCopy() {
    ByteBuf ended = copy;
    copy = null;
    if (ended != null && ended.isReadable()) {
      add(MemorySegment.ofBuffer(ended.internalNioBuffer(0, ended.readableBytes())), false);
    }
  }

  private void add(MemorySegment bytes, boolean isLent) {
    pieces.add(new Piece(bytes, isLent));
    length += bytes.byteSize();
  }

  @Override
  public long transferTo(WritableByteChannel unused, long position) throws IOException {
    long before = transferred;
    while (present < pieces.size()) {
      Piece piece = pieces.get(present);
      boolean more = present + 1 < pieces.size();
      long sent =
          piece.isLent
              ? pipe.refer(piece.bytes, sentOfPresent, more)
              : pipe.send(piece.bytes, sentOfPresent, more);
      if (sent == 0) {
        break;
      }
      transferred += sent;
      sentOfPresent += sent;
      if (sentOfPresent == piece.bytes.byteSize()) {
        present++;
        sentOfPresent = 0;
      }
    }
    return transferred - before;
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester")
  public long transfered() {
    return transferred;
  }

  @Override
  public long count() {
    return length;
  }

  @Override
  public FileRegion retain() {
    super.retain();
    return this;
  }

  @Override
  public FileRegion retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public FileRegion touch() {
    return this;
  }

  @Override
  public FileRegion touch(Object hint) {
    return this;
  }

  @Override
  protected void deallocate() {
    for (int i = 0; i < buffers.size(); i++) {
      buffers.buffer(i).release();
    }
    copies.forEach(ByteBuf::release);
  }
}
