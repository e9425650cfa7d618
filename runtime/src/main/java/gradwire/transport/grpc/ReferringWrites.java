package gradwire.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last stop before the socket: what is lent for as long as the other end may read it ({@link
 * LendingAllocator#lend}) is not copied into the socket, which is handed references instead. What
 * lies around it, frame headers mostly, waits for the flush, to travel with it.
 *
 * <p>For Unix sockets: TCP's loopback got slower by it (docs/performance.md).
 */
final class ReferringWrites extends ChannelOutboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ReferringWrites.class);

  private HeldWrites held = new HeldWrites();
  private @Nullable HeldWrites spare;
  private @Nullable SplicePipe pipe;

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      held.add(bytes, promise);
    } else {
      release(context);
      context.write(message, promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    release(context);
    context.flush();
  }

  private void release(ChannelHandlerContext context) {
    if (held.size() == 0) {
      return;
    }
    HeldWrites released = take();
    SplicePipe way = released.holdsLent() ? pipe(context) : null;
    if (way == null) {
      released.forEach(context::write);
      keep(released);
    } else {
      refer(context, way, released);
    }
  }

  private void refer(ChannelHandlerContext context, SplicePipe way, HeldWrites released) {
    ReferredBytes bytes = new ReferredBytes(way, released);
    try {
      bytes.lay();
    } catch (RuntimeException | OutOfMemoryError noRoom) { // Netty's own for direct memory is one
      bytes.release();
      released.written(context.newFailedFuture(noRoom));
      context.close(); // what follows would make no sense to the other end
      return;
    }
    context
        .write(bytes)
        .addListener(
            done -> {
              released.written(done);
              keep(released);
            });
  }

  /** Whoever is told of a write may write on, close or flush: the list is not this one then. */
  private HeldWrites take() {
    HeldWrites taken = held;
    held = spare == null ? new HeldWrites() : spare;
    spare = null;
    return taken;
  }

  private void keep(HeldWrites done) {
    done.clear();
    spare = done;
  }

  private @Nullable SplicePipe pipe(ChannelHandlerContext context) {
    if (pipe == null && context.channel() instanceof UnixChannel socket) {
      try {
        pipe = new SplicePipe(socket.fd().intValue());
      } catch (IOException none) {
        log.debug("{}: everything is copied into the socket", context.channel(), none);
      }
    }
    return pipe;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    release(context);
    context.close(promise);
  }

  /** Also when the channel is closed: nothing is written any more. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    take().forEach(context::write);
    SplicePipe open = pipe;
    pipe = null;
    if (open != null) {
      open.close();
    }
  }
}
