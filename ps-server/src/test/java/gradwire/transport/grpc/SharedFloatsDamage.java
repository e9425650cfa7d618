package gradwire.transport.grpc;

import gradwire.transport.grpc.proto.TensorFrame;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Changes a shared float between a frame's checksum and the frame's arrival, once; back again when
 * the other end has said that it noticed. One thread: the worker's.
 */
final class SharedFloatsDamage implements ClientInterceptor {
  /** Whose floats. */
  enum Direction {
    GRADIENT(TensorFrame.Kind.PUSH),
    WEIGHTS(TensorFrame.Kind.WEIGHTS);

    private final TensorFrame.Kind kind;

    Direction(TensorFrame.Kind kind) {
      this.kind = kind;
    }
  }

  private final Direction direction;
  private final StressWorker worker;
  private boolean isDone;
  private long at;
  private int resends;

  SharedFloatsDamage(Direction direction, StressWorker worker) {
    this.direction = direction;
    this.worker = worker;
  }

  /** How often one end asked the other for more. */
  int numResends() {
    return resends;
  }

  @Override
  public <A, B> ClientCall<A, B> interceptCall(
      MethodDescriptor<A, B> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void sendMessage(A message) {
        super.sendMessage(seen(message));
      }

      @Override
      public void start(Listener<B> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onMessage(B message) {
                super.onMessage(seen(message));
              }
            },
            headers);
      }
    };
  }

  @SuppressWarnings("unchecked") // messages of the Exchange method are streams of their bytes
  private <T> T seen(T message) {
    try {
      byte[] bytes = ((InputStream) message).readAllBytes();
      meet(TensorFrame.parseFrom(bytes));
      return (T) new ByteArrayInputStream(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void meet(TensorFrame frame) {
    if (frame.getKind() == TensorFrame.Kind.RESEND) {
      resends++;
      restore();
    } else if (frame.getKind() == direction.kind && frame.getShared() > 0 && !isDone) {
      isDone = true;
      at = frame.getOffset() + frame.getShared() / 2;
      worker.flip(direction == Direction.GRADIENT, at);
    }
  }

  /** The gradient's next frame must be right; weights are written anew by the server. */
  private void restore() {
    if (direction == Direction.GRADIENT) {
      worker.flip(true, at);
    }
  }
}
