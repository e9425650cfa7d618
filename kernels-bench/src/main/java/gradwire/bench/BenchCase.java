package gradwire.bench;

/**
 * A row before it is measured.
 *
 * @param suite which benchmark it belongs to
 * @param name unique over all suites; begins with the suite's
 * @param group cases of one group are measured one after the other in one process
 * @param isRepresentative whether it is among those measured by default
 * @param memoryBytes what it takes, roughly, over all processes
 */
record BenchCase(
    Suite suite, String name, String group, boolean isRepresentative, long memoryBytes) {}
