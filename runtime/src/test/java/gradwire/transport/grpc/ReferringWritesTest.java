package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class ReferringWritesTest {
  private static final long WITHIN_SECONDS = 20;

  private final EventLoopGroup loops = Channels.loops(2);
  private final String name = "gradwire-test-" + UUID.randomUUID();

  @AfterEach
  void end() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void whatIsLentIsReadWhereItLiesAndTheRestIsCopied() throws Exception {
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Received received = new Received(3 + 100_000 + 5);
    Channel client = connect(received, accepted, 4 << 20);
    ByteBuffer memory = ByteBuffer.allocateDirect(100_000);
    memory.put(50_000, (byte) 1);
    ByteBuf head = direct(new byte[] {7, 7, 7});

    await(
        client.writeAndFlush(
            Unpooled.wrappedBuffer(
                head, lent(memory), Unpooled.wrappedBuffer(new byte[] {9, 9, 9, 9, 9}))));
    memory.put(50_000, (byte) 2);
    accepted.get(WITHIN_SECONDS, TimeUnit.SECONDS).config().setAutoRead(true);

    byte[] bytes = received.all.get(WITHIN_SECONDS, TimeUnit.SECONDS);
    assertThat(bytes[3 + 50_000]).as("the memory's byte when it was read").isEqualTo((byte) 2);
    assertThat(bytes).startsWith(7, 7, 7, 0).endsWith(0, 9, 9, 9, 9, 9);
    assertThat(head.refCnt()).as("what was sent is let go of").isZero();
  }

  @Test
  void everyByteArrivesInOrderThroughASmallSocket() throws Exception {
    long seed = 20_261_126;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    int[] lengths = {1, 65_536, 9, 32_768, 32_767, 1_048_589, 1_021, 300_007, 9, 65_537, 0, 4_096};
    ByteBuf[] pieces = new ByteBuf[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      byte[] bytes = new byte[lengths[i]];
      random.nextBytes(bytes);
      expected.writeBytes(bytes);
      pieces[i] =
          i % 2 == 1 ? lent(ByteBuffer.allocateDirect(bytes.length).put(0, bytes)) : direct(bytes);
    }
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Received received = new Received(expected.size());
    Channel client = connect(received, accepted, 64 << 10);
    accepted.get(WITHIN_SECONDS, TimeUnit.SECONDS).config().setAutoRead(true);

    Future<?> last = client.newSucceededFuture();
    for (int i = 0; i < pieces.length; i++) {
      last = client.write(pieces[i]);
      if (i % 5 == 4) {
        client.flush();
      }
    }
    client.flush();

    await(last);
    assertThat(received.all.get(WITHIN_SECONDS, TimeUnit.SECONDS))
        .isEqualTo(expected.toByteArray());
  }

  @Test
  void whatAPeerNoLongerReadsIsLetGoOf() throws Exception {
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Channel client = connect(new Received(1), accepted, 64 << 10);
    ByteBuf lent = lent(ByteBuffer.allocateDirect(2_000_003));
    Future<Void> written = client.writeAndFlush(lent);

    accepted.get(WITHIN_SECONDS, TimeUnit.SECONDS).close();

    assertThat(written.await(WITHIN_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(written.isSuccess()).isFalse();
    assertThat(lent.refCnt()).isZero();
  }

  @Test
  void whoIsToldThatAWriteFailedMayCloseTheChannel() {
    EmbeddedChannel channel = new EmbeddedChannel(new ReferringWrites());
    ByteBuf first = direct(new byte[] {1});
    ByteBuf second = direct(new byte[] {2});
    channel
        .write(first)
        .addListener(done -> channel.pipeline().context(ReferringWrites.class).channel().close());
    Future<Void> last = channel.write(second);

    channel.close();
    channel.runPendingTasks();

    assertThat(last.isDone()).isTrue();
    channel.releaseOutbound();
    assertThat(first.refCnt() + second.refCnt()).isZero();
  }

  @Test
  void aWriteThatNobodyFlushesEndsWithItsChannel() {
    EmbeddedChannel channel = new EmbeddedChannel(new ReferringWrites());
    ByteBuf bytes = direct(new byte[] {1, 2});
    Future<Void> written = channel.write(bytes);

    channel.close();

    assertThat(written.isDone()).isTrue();
    channel.releaseOutbound();
    assertThat(bytes.refCnt()).isZero();
  }

  private Channel connect(Received received, CompletableFuture<Channel> accepted, int bufferBytes)
      throws Exception {
    await(
        new ServerBootstrap()
            .group(loops)
            .channelFactory(EpollServerDomainSocketChannel::new)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(received);
                    accepted.complete(channel);
                  }
                })
            .bind(Channels.localSocket(name)));
    var connecting =
        new Bootstrap()
            .group(loops)
            .channelFactory(() -> Channels.client(true))
            .option(ChannelOption.SO_SNDBUF, bufferBytes)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(Channels.localSocket(name));
    await(connecting);
    return connecting.channel();
  }

  private static void await(Future<?> future) throws Exception {
    assertThat(future.await(WITHIN_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(future.cause()).isNull();
  }

  private static ByteBuf direct(byte[] bytes) {
    return Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  /** As gRPC's framer takes it. */
  private static ByteBuf lent(ByteBuffer memory) throws IOException {
    var framer =
        new OutputStream() {
          private ByteBuf taken = Unpooled.EMPTY_BUFFER;

          @Override
          public void write(byte[] bytes, int offset, int length) {
            if (taken.capacity() == 0) {
              taken = Channels.allocator().buffer(memory.capacity(), memory.capacity());
            }
            taken.writeBytes(bytes, offset, length);
          }

          @Override
          public void write(int value) {
            throw new AssertionError("expected arrays alone");
          }
        };
    LendingAllocator.lend(memory, framer);
    return framer.taken;
  }

  /** Collects what comes until all of it is here. */
  private static final class Received extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<byte[]> all = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int expected;

    Received(int expected) {
      this.expected = expected;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      byte[] part = new byte[in.readableBytes()];
      in.readBytes(part);
      in.release();
      bytes.writeBytes(part);
      if (bytes.size() >= expected) {
        all.complete(bytes.toByteArray());
      }
    }
  }
}
