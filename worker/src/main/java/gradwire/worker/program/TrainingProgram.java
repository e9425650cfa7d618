package gradwire.worker.program;

import java.util.List;

/**
 * A job's entry class: it says which flags it takes and makes the parts that a worker trains with.
 * Implementations have a public constructor without parameters.
 */
public interface TrainingProgram {
  /** Flags and their defaults; anything else in {@code script_params} is refused. */
  List<Flag> flags();

  /**
   * Makes one worker's model and data. Called once on the thread that will train.
   *
   * @throws gradwire.error.UsageException if a flag's value or a file it names is wrong
   */
  TrainingTask create(ProgramContext context);
}
