package gradwire.embed;

import gradwire.worker.program.Flag;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.program.TrainingTask;
import java.util.List;

/**
 * The entry class of embedded runs: trains the network in a run's {@code input} folder on the
 * examples there. Public because workers make it by name.
 */
public final class SpooledTraining implements TrainingProgram {
  static final String INPUT_DIR = "input_dir";
  static final String TRAIN_STEPS = "train_steps";
  static final String BATCH_SIZE = "batch_size";

  @Override
  public List<Flag> flags() {
    return List.of(
        new Flag(INPUT_DIR, "", "folder with the network and its examples"),
        new Flag(TRAIN_STEPS, "1", "global steps, at least 1"),
        new Flag(BATCH_SIZE, "1", "examples per replica and step, at least 1"));
  }

  @Override
  public TrainingTask create(ProgramContext context) {
    return new SpooledTask(
        new TrainingInput(context.path(INPUT_DIR)),
        context.compute(),
        context.seed(),
        context.numReplicas(),
        context.flags().count(BATCH_SIZE, 1),
        context.flags().wholeNumber(TRAIN_STEPS, 1));
  }
}
