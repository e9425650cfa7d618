package gradwire.embed;

import gradwire.run.RunResult;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;

/**
 * What a successful run gives back.
 *
 * @param network the caller's own object, with the trained parameters
 * @param result steps, speed, updates, {@code testAccuracy} where asked for; as in {@code
 *     result.json}
 * @param folder the run's files: job, logs, metrics, checkpoints, model
 */
public record TrainedNetwork<N extends Model>(N network, RunResult result, Path folder) {}
