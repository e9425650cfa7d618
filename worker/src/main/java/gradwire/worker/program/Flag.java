package gradwire.worker.program;

/**
 * A setting that an entry class takes from {@code script_params} or the command line.
 *
 * @param name in snake case, as the reference script's flags
 * @param defaultValue as it would be written
 * @param help one line: what it is, its unit and range
 */
public record Flag(String name, String defaultValue, String help) {}
