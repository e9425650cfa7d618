package gradwire.examples.mnist;

import gradwire.dl4j.Dl4jEngine;
import gradwire.examples.images.ImageEvaluation;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageSet;
import gradwire.worker.program.ProgramContext;
import gradwire.worker.program.StepListener;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The reference job's output, line by line and in its order. */
final class ReferenceLines implements StepListener {
  private static final int SIGNIFICANT_DIGITS = 6;

  private final PrintStream out;
  private final int worker;
  private final Dl4jEngine engine;
  private final Supplier<ImageEvaluation> evaluation;
  private final long trainSteps;
  private final StringBuilder line = new StringBuilder();
  private double beganAt;

  ReferenceLines(ProgramContext context, Dl4jEngine engine, ImageSet validation, long trainSteps) {
    this.out = context.out();
    this.worker = context.task().index();
    this.engine = engine;
    this.trainSteps = trainSteps;
    this.evaluation =
        () ->
            new ImageEvaluation(engine, ImageBatches.Layout.FLAT, Map.of("validation", validation));
  }

  @Override
  public void starting() {
    out.println("job name = worker");
    out.println("task index = " + worker);
    out.println(
        worker == 0
            ? "Worker 0: Initializing session..."
            : "Worker " + worker + ": Waiting for session to be initialized...");
    out.flush();
  }

  @Override
  public void trainingBegins() {
    out.println("Worker " + worker + ": Session initialization complete.");
    beganAt = now();
    out.printf(Locale.ROOT, "Training begins @ %f%n", beganAt);
    out.flush();
  }

  @Override
  public void stepDone(long localStep, long globalStep, double loss) {
    line.setLength(0);
    appendNow();
    line.append(": Worker ").append(worker).append(": training step ").append(localStep);
    line.append(" done (global step: ").append(globalStep).append(")\n");
    out.append(line);
  }

  /** Seconds with six decimals, without the cost of a format string: once a step. */
  private void appendNow() {
    Instant now = Instant.now();
    line.append(now.getEpochSecond()).append('.');
    String micros = Integer.toString(1_000_000 + now.getNano() / 1000);
    line.append(micros, 1, micros.length());
  }

  @Override
  public void trainingEnds() {
    double endedAt = now();
    out.printf(Locale.ROOT, "Training ends @ %f%n", endedAt);
    out.printf(Locale.ROOT, "Training elapsed time: %f s%n", endedAt - beganAt);
    out.flush();
    double crossEntropy =
        evaluation.get().evaluate(engine.parameters()).getOrDefault("validationCrossEntropy", 0.0);
    out.println(
        "After "
            + trainSteps
            + " training step(s), validation cross entropy = "
            + general(crossEntropy));
    out.flush();
  }

  /** As C's {@code %g}: six significant digits, no trailing zeros. */
  private static String general(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value)
            .round(new MathContext(SIGNIFICANT_DIGITS))
            .stripTrailingZeros()
            .toPlainString()
        : Double.toString(value);
  }

  private static double now() {
    Instant now = Instant.now();
    return now.getEpochSecond() + now.getNano() / 1e9;
  }
}
