package gradwire.cluster;

/**
 * One role instance of a run, e.g. {@code worker-1}.
 *
 * @param index from 0; worker 0 is the chief
 */
public record TaskId(Role role, int index) {
  public static TaskId ps(int index) {
    return new TaskId(Role.PS, index);
  }

  public static TaskId worker(int index) {
    return new TaskId(Role.WORKER, index);
  }

  /** The worker that initialises the servers, evaluates and writes the model. */
  public boolean isChief() {
    return role == Role.WORKER && index == 0;
  }

  public String name() {
    return role.jobName() + "-" + index;
  }

  /** File name of its log in the run folder, e.g. {@code stdout-wk-0.txt}. */
  public String logFile() {
    return "stdout-" + role.logName() + "-" + index + ".txt";
  }

  @Override
  public String toString() {
    return name();
  }
}
