package gradwire.server.simulation;

import gradwire.error.GradwireException;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What a worker asks a server; answered over the line that it came over. */
sealed interface Question {
  void ask(ShardService service, Line line);

  record Open(OpenRequest request) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      answerLater(service.open(request), line, Answer.Opened::new);
    }

    @Override
    public String toString() {
      return "Open[" + request.worker() + ", " + request.incarnation() + "]";
    }
  }

  record Initialize(int worker, int incarnation, int numFloats) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      MemorySegment zeros = MemorySegment.ofArray(new float[numFloats]);
      service.initialize(worker, incarnation, TensorBuffer.borrowed(zeros));
      line.answer(new Answer.Taken());
    }
  }

  record Pull(int worker, int incarnation, OptionalLong step) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      service.pull(worker, incarnation, step, new LineReplier(line, 0));
    }
  }

  /** A gradient is a function of its weights, so it is kept with its push. */
  record PushOf(Push push, float[] gradient) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      service.push(
          push,
          TensorBuffer.borrowed(MemorySegment.ofArray(gradient)),
          new LineReplier(line, push.sequence()));
    }

    @Override
    public String toString() {
      return push.toString();
    }
  }

  record AwaitOthers(int worker, int incarnation) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      answerLater(service.awaitOthers(worker, incarnation), line, nothing -> new Answer.Taken());
    }
  }

  record Leave(int worker, int incarnation) implements Question {
    @Override
    public void ask(ShardService service, Line line) {
      service.leave(worker, incarnation);
      line.answer(new Answer.Taken());
    }
  }

  private static <T> void answerLater(
      CompletableFuture<T> answer, Line line, Function<T, Answer> say) {
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              if (failure instanceof GradwireException refused) {
                line.answer(new Answer.Refused(String.valueOf(refused.getMessage())));
              } else {
                line.answer(say.apply(value));
              }
            });
  }
}
