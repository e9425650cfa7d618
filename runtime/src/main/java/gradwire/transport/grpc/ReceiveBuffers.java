package gradwire.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Buffers that the socket is read into, with room in front of what is read: the beginning of an
 * HTTP/2 frame that the read before had cut off is copied there. Netty's own way copies all of the
 * new buffer behind the cut-off beginning instead, which is every byte once more. What TLS decrypts
 * comes in buffers of its own, without room: there the two parts are only chained.
 */
final class ReceiveBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
  /** A frame that is not complete, with its header of 9 bytes. */
  private static final int HEADROOM_BYTES = Channels.HTTP2_FRAME_BYTES + 64;

  private final int numBytes;

  ReceiveBuffers(int numBytes) {
    this.numBytes = numBytes;
  }

  @Override
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return HEADROOM_BYTES + numBytes;
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return allocator.ioBuffer(guess()).setIndex(HEADROOM_BYTES, HEADROOM_BYTES);
      }
    };
  }

  /** Makes the connection's HTTP/2 handler use the room; to be put first in the pipeline. */
  static final class Install extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
      if (http2 != null) {
        http2.setCumulator(ReceiveBuffers::cumulate);
        ChannelHandlerContext own = context.pipeline().context(http2);
        http2
            .encoder()
            .writeSettings(
                own,
                new Http2Settings().maxFrameSize(Channels.HTTP2_FRAME_BYTES),
                own.newPromise());
        own.flush();
        context.pipeline().remove(this);
      }
      super.channelRead(context, message);
    }
  }

  private static ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf cumulation, ByteBuf in) {
    int cutOff = cumulation.readableBytes();
    int room = in.readerIndex();
    if (room < cutOff || in.refCnt() > 1 || in.isReadOnly()) {
      return ByteToMessageDecoder.COMPOSITE_CUMULATOR.cumulate(allocator, cumulation, in);
    }
    in.setBytes(room - cutOff, cumulation, cumulation.readerIndex(), cutOff);
    in.readerIndex(room - cutOff);
    cumulation.release();
    return in;
  }
}
