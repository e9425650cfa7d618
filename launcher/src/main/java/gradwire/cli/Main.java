package gradwire.cli;

/** What {@code ./gradwire} starts, but for the roles. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new Gradwire(Surroundings.ofProcess(), new JobFileRuns()).execute(args));
  }
}
