package gradwire.server.checkpoint;

import gradwire.config.JobFile;

/**
 * Which job a run is of. All that is random in a run (batches, dropout, first weights) is a
 * function of the seed, the replica and its sequence: the seed is the random state.
 *
 * @param seed of every random draw
 * @param fingerprint see {@link JobFile#fingerprint}
 */
public record JobMark(long seed, String fingerprint) {
  public static JobMark of(JobFile job) {
    return new JobMark(job.training().seed(), job.fingerprint());
  }
}
