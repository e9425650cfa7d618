package gradwire.launcher;

import gradwire.run.RunStatus;

/** What {@code ./gradwire} exits with. */
public enum ExitCode {
  DONE(0),
  JOB_FAILED(1),
  WRONG_USAGE(2),
  STOPPED(130);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The exit code that tells of {@code status}. */
  public static ExitCode of(RunStatus status) {
    return switch (status) {
      case SUCCEEDED -> DONE;
      case FAILED -> JOB_FAILED;
      case STOPPED -> STOPPED;
    };
  }
}
