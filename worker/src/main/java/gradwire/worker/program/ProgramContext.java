package gradwire.worker.program;

import gradwire.cluster.TaskId;
import gradwire.config.ComputeChoice;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What an entry class is told about the task it runs in.
 *
 * @param task this worker
 * @param numWorkers how many there are
 * @param numReplicas how many gradients they compute in parallel; what batches are dealt out to
 * @param seed of the run; every random draw must be a function of it
 * @param compute what is to compute gradients, and where; a program that can't refuses it
 * @param flags the entry class's own, with this job's values
 * @param home relative paths in flags are looked up here
 * @param out where the task's output lines go
 */
public record ProgramContext(
    TaskId task,
    int numWorkers,
    int numReplicas,
    long seed,
    ComputeChoice compute,
    FlagValues flags,
    Path home,
    PrintStream out) {

  /** A path given by a flag. */
  public Path path(String flag) {
    return home.resolve(flags.text(flag));
  }
}
