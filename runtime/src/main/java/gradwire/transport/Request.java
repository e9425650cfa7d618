package gradwire.transport;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a worker wants of a server, so that it can be asked again over a new line. One thread. */
sealed interface Request {
  /** Asks, all that there is to ask so far. */
  void send(ShardConnection line);

  /** What to ask when the head of the answer has come, but not all of its floats. */
  Request forTheRest();

  /** Nothing is under way. */
  record Nothing() implements Request {
    @Override
    public void send(ShardConnection line) {}

    @Override
    public Request forTheRest() {
      return this;
    }
  }

  /** The chief's initial values; waits until they are taken. */
  record Initialize(MemorySegment values) implements Request {
    @Override
    public void send(ShardConnection line) {
      line.initialize(values);
    }

    @Override
    public Request forTheRest() {
      return this;
    }
  }

  /** A gradient that is final as a whole. */
  record WholePush(Push push, MemorySegment gradient, MemorySegment weights) implements Request {
    @Override
    public void send(ShardConnection line) {
      line.push(push, gradient, weights);
    }

    @Override
    public Request forTheRest() {
      return new Pull(OptionalLong.empty(), weights);
    }
  }

  /**
   * A gradient of which {@code pieces} are final so far.
   *
   * @param pieces grows as more is
   */
  record PieceByPiece(Push push, MemorySegment gradient, MemorySegment weights, List<Piece> pieces)
      implements Request {
    record Piece(long begin, long length) {}

    PieceByPiece(Push push, MemorySegment gradient, MemorySegment weights) {
      this(push, gradient, weights, new ArrayList<>());
    }

    @Override
    public void send(ShardConnection line) {
      line.beginPush(push, gradient, weights);
      pieces.forEach(piece -> line.pushPiece(piece.begin(), piece.length()));
    }

    @Override
    public Request forTheRest() {
      return new Pull(OptionalLong.empty(), weights);
    }
  }

  /**
   * Weights.
   *
   * @param step see {@link ShardService#pull}
   */
  record Pull(OptionalLong step, MemorySegment weights) implements Request {
    @Override
    public void send(ShardConnection line) {
      line.pull(step, weights);
    }

    @Override
    public Request forTheRest() {
      return this;
    }
  }
}
