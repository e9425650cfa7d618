package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What a row does, over a bare socket. */
final class RawExchange implements Exchange {
  private final Arena arena = Arena.ofShared();
  private final Direction direction;
  private final MemorySegment gradient;
  private final MemorySegment weights;
  private final RawSocket socket;

  RawExchange(TransportCase row, String address, MemorySegment gradient) {
    this.direction = row.direction();
    this.gradient = gradient;
    this.weights = Floats.allocate(arena, direction.comesDown() ? row.size().numFloats() : 0);
    try {
      socket = RawSocket.connect(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run();
    if (direction.comesDown()) {
      Numbers.check("raw worker", weights, 0, 0);
    }
  }

  @Override
  public void run() {
    try {
      if (direction.goesUp()) {
        socket.send(gradient);
      } else {
        socket.sendToken();
      }
      if (direction.comesDown()) {
        socket.receive(weights);
      } else if (!socket.receiveToken()) {
        throw new IllegalStateException("the raw server is gone; see above");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    arena.close();
  }
}
