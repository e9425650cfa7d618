package gradwire.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What {@code gradwire run} was told. Immutable.
 *
 * @param settings {@code KEY=VALUE}, later ones win
 * @param runDir the folder for the run's files, where {@code --run-dir} names one
 * @param runs where run folders are made otherwise
 */
public record JobRequest(
    Path job, List<String> settings, Optional<Path> runDir, Path runs, Instant launchedAt) {}
