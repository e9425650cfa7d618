package gradwire.server.checkpoint;

import gradwire.transport.ShardSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must be the same where a checkpoint is gone on with.
 *
 * @param job null where no job file says it
 * @param layout fingerprint of the tensors, in hexadecimal
 * @param optimizer with its hyperparameters and schedule
 * @param consistency in the job file's words
 */
public record RunMark(@Nullable JobMark job, String layout, String optimizer, String consistency) {
  static RunMark of(Optional<JobMark> job, long layoutFingerprint, ShardSettings settings) {
    return new RunMark(
        job.orElse(null),
        Long.toHexString(layoutFingerprint),
        settings.optimizer().toString(),
        settings.consistency().text());
  }
}
