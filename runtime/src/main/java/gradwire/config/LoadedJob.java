package gradwire.config;

import java.util.List;

/**
 * A job and what was accepted in its file without effect. Immutable.
 *
 * @param warnings one sentence each, with place and key
 */
public record LoadedJob(JobFile job, List<String> warnings) {
  public LoadedJob {
    warnings = List.copyOf(warnings);
  }
}
