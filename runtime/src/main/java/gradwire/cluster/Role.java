package gradwire.cluster;

/** What a task does. */
public enum Role {
  PS("ps", "ps"),
  WORKER("worker", "wk");

  private final String jobName;
  private final String logName;

  Role(String jobName, String logName) {
    this.jobName = jobName;
    this.logName = logName;
  }

  /** As the reference script's {@code --job_name} and TF_CONFIG say it. */
  public String jobName() {
    return jobName;
  }

  /** As Batch AI abbreviates it in log file names. */
  public String logName() {
    return logName;
  }
}
