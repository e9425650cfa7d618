package gradwire.simulation;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.error.GradwireException;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** What a worker asks a server; answered over the line that it came over. */
sealed interface Question {
  void ask(ShardService service, Asker asker);

  /** Whether it is a push or a pull, whose answer may come after other questions are asked. */
  default boolean isExchange() {
    return false;
  }

  record Open(OpenRequest request) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      answerLater(service.open(request), asker, Answer.Opened::new);
    }

    @Override
    public String toString() {
      return "Open[%d, %d, %d]".formatted(request.worker(), request.incarnation(), request.line());
    }
  }

  record Initialize(int worker, int incarnation, int numFloats) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      MemorySegment zeros = MemorySegment.ofArray(new float[numFloats]);
      service.initialize(worker, incarnation, TensorBuffer.borrowed(zeros));
      asker.answer(new Answer.Taken());
    }
  }

  record Pull(int worker, int incarnation, OptionalLong step) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      service.pull(worker, incarnation, step, new LineReplier(asker, 0));
    }

    @Override
    public boolean isExchange() {
      return true;
    }
  }

  /** A gradient is a function of its weights, so it is kept with its push. */
  record PushOf(Push push, float[] gradient) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      service.push(
          push,
          TensorBuffer.borrowed(Arena.ofAuto().allocateFrom(JAVA_FLOAT, gradient)),
          new LineReplier(asker, push.sequence()));
    }

    @Override
    public boolean isExchange() {
      return true;
    }

    @Override
    public String toString() {
      return push.toString();
    }
  }

  record DeclareLastStep(int worker, int incarnation, long step) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      asker.answer(new Answer.Declared(service.declareLastStep(worker, incarnation, step)));
    }
  }

  record AwaitOthers(int worker, int incarnation) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      answerLater(service.awaitOthers(worker, incarnation), asker, nothing -> new Answer.Taken());
    }
  }

  record Leave(int worker, int incarnation) implements Question {
    @Override
    public void ask(ShardService service, Asker asker) {
      service.leave(worker, incarnation);
      asker.answer(new Answer.Taken());
    }
  }

  private static <T> void answerLater(
      CompletableFuture<T> answer, Asker asker, Function<T, Answer> say) {
    var unused =
        answer.whenComplete(
            (value, outer) -> {
              Throwable failure = outer instanceof CompletionException ? outer.getCause() : outer;
              if (failure instanceof GradwireException refused) {
                asker.answer(new Answer.Refused(refused));
              } else {
                asker.answer(say.apply(value));
              }
            });
  }
}
