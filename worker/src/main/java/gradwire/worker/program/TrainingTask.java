package gradwire.worker.program;

import gradwire.config.Consistency;
import gradwire.update.OptimizerSpec;
import gradwire.worker.data.BatchSource;
import gradwire.worker.engine.ComputeEngine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** One worker's model, data and wishes. One thread, except what {@link #evaluations} gives. */
public interface TrainingTask extends AutoCloseable {
  ComputeEngine engine();

  BatchSource batches();

  /** The global step at which the run ends. */
  long trainSteps();

  /** The rule the servers apply, unless the job file names another. */
  OptimizerSpec optimizer();

  /**
   * The consistency that the program's own flags ask for; the job file's default gives way to it.
   */
  default Optional<Consistency> consistency() {
    return Optional.empty();
  }

  /** Writes initial values into {@code engine().parameters()}. Called on the chief only. */
  void initialize();

  /**
   * Makes evaluations, each on the thread that will use it and beside this task's engine; empty if
   * the program has nothing to evaluate.
   */
  Optional<Supplier<Evaluation>> evaluations();

  /** Told as training goes on; a place for the program's own output lines. */
  default StepListener listener() {
    return StepListener.SILENT;
  }

  /** Writes the model in the engine's own format from the present parameters. Chief only. */
  void saveModel(Path folder);

  @Override
  void close();
}
