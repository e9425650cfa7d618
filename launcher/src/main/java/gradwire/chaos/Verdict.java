package gradwire.chaos;

import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What came of a disturbed run: a line a promise, and whether all hold. Immutable.
 *
 * @param lines for the user
 * @param holds whether every promise that was checked was kept
 */
public record Verdict(List<String> lines, boolean holds) {
  public Verdict {
    lines = List.copyOf(lines);
  }

  /**
   * Judges.
   *
   * @param kills how many were asked for
   * @param machineLosses how many were asked for
   * @param undisturbed the same job's result, where the parameters are a function of the job
   */
  public static Verdict of(
      int kills, int machineLosses, DisturbedRun.Account account, Optional<RunResult> undisturbed) {
    Judge judge = new Judge();
    judge.blows("kills", kills, account.numKills());
    if (machineLosses > 0) {
      judge.blows("machines", machineLosses, account.numMachineLosses());
    }
    judge.ending(account);
    account.result().ifPresent(result -> judge.counts(result, undisturbed));
    return new Verdict(judge.lines, judge.holds);
  }

  /** Collects. One thread. */
  private static final class Judge {
    private final List<String> lines = new ArrayList<>();
    private boolean holds = true;

    private void line(String name, boolean isGood, String text) {
      lines.add(String.format(Locale.ROOT, "%-4s  %-10s %s", isGood ? "ok" : "FAIL", name, text));
      holds &= isGood;
    }

    private void blows(String name, int wanted, int done) {
      line(
          name,
          done == wanted,
          done == wanted
              ? String.valueOf(done)
              : "the run ended after "
                  + done
                  + " of "
                  + wanted
                  + "; give it more steps (--set estimator.script_params.train_steps=N), or pause"
                  + " less (--pause-between MS)");
    }

    private void ending(DisturbedRun.Account account) {
      boolean isGood =
          account.problem().isEmpty()
              && account
                  .result()
                  .filter(result -> result.status() == RunStatus.SUCCEEDED)
                  .isPresent();
      line(
          "end",
          isGood,
          account.problem().or(() -> account.result().map(Verdict::describe)).orElse("no result"));
    }

    private void counts(RunResult result, Optional<RunResult> undisturbed) {
      line(
          "updates",
          isZero(result.updatesLost()) && isZero(result.updatesDuplicated()),
          known(result.updatesApplied())
              + " applied, "
              + known(result.updatesLost())
              + " lost, "
              + known(result.updatesDuplicated())
              + " applied twice");
      undisturbed.ifPresent(other -> parameters(result.parametersSha256(), other));
    }

    private void parameters(@Nullable String hash, RunResult undisturbed) {
      boolean isSame = hash != null && hash.equals(undisturbed.parametersSha256());
      line(
          "parameters",
          isSame,
          isSame
              ? "the same bits as undisturbed, sha256 " + hash
              : "sha256 " + hash + ", undisturbed " + undisturbed.parametersSha256());
    }
  }

  private static boolean isZero(@Nullable Long count) {
    return count != null && count == 0;
  }

  private static String known(@Nullable Long count) {
    return count == null ? "an unknown number" : count.toString();
  }

  private static String describe(RunResult result) {
    return result.status().label()
        + " at step "
        + known(result.globalSteps())
        + "; starts: "
        + result.tasks().stream()
            .map(task -> task.name() + " " + task.incarnations())
            .collect(Collectors.joining(", "));
  }
}
