package gradwire.config;

/** Where a job's tasks run. */
public enum ComputeTarget {
  /** Processes on this machine. */
  LOCAL("local"),
  /** Threads of this JVM. */
  INPROCESS("inprocess");

  private final String text;

  ComputeTarget(String text) {
    this.text = text;
  }

  /** As the job file says it. */
  public String text() {
    return text;
  }
}
