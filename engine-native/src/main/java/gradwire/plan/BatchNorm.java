package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.BatchNormalization;
import gradwire.kernels.cpu.Columns;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Batch normalization by channel.
 *
 * @param gamma {@code [channels]}
 * @param beta {@code [channels]}
 * @param mean {@code [channels]}: the running mean
 * @param spread {@code [channels]}: the running variance, or log10 of its root
 * @param settings constants
 */
public record BatchNorm(Range gamma, Range beta, Range mean, Range spread, Settings settings)
    implements Layer {
  /**
   * Constants of a layer.
   *
   * @param epsilon added to a variance
   * @param decay share of a running statistic that a step keeps
   * @param logDeviation whether the running spread is log10 of a deviation, else a variance
   */
  public record Settings(double epsilon, double decay, boolean logDeviation) {}

  @Override
  public Shape output(List<Shape> inputs) {
    Misfit.unless(
        inputs.getFirst().channels() == gamma.length(),
        "batch norm",
        gamma.length() + " channels",
        inputs.getFirst());
    return inputs.getFirst();
  }

  @Override
  public Node node(NodeMemory memory) {
    return new BatchNormNode(this, memory);
  }

  /** At inference the running statistics take the batch's place. */
  private static final class BatchNormNode implements Node {
    private final BatchNorm layer;
    private final NodeMemory memory;
    private final BatchNormalization kernel;
    private final int numRows;
    private final Columns means;
    private final Columns variances;
    private final Columns scales;
    private final Columns shifts;
    private final Columns sums;
    private final Columns products;

    BatchNormNode(BatchNorm layer, NodeMemory memory) {
      this.layer = layer;
      this.memory = memory;
      int channels = memory.output().shape().channels();
      this.kernel = new BatchNormalization(channels);
      this.numRows = memory.batchSize() * memory.output().shape().pixels();
      this.means = new Columns(memory.arena(), channels);
      this.variances = new Columns(memory.arena(), channels);
      this.scales = new Columns(memory.arena(), channels);
      this.shifts = new Columns(memory.arena(), channels);
      this.sums = new Columns(memory.arena(), channels);
      this.products = new Columns(memory.arena(), channels);
    }

    @Override
    public void forward() {
      MemorySegment x = memory.input().data();
      if (memory.training()) {
        kernel.moments(x, numRows, means, variances);
      } else {
        readRunning();
      }
      for (int c = 0; c < means.count(); c++) {
        scales.set(c, parameter(layer.gamma, c) / deviation(c));
        shifts.set(c, parameter(layer.beta, c));
      }
      kernel.normalize(x, memory.output().data(), numRows, means, scales, shifts);
    }

    private void readRunning() {
      for (int c = 0; c < means.count(); c++) {
        means.set(c, parameter(layer.mean, c));
        variances.set(c, runningVariance(c));
      }
    }

    private double runningVariance(int channel) {
      double spread = parameter(layer.spread, channel);
      return layer.settings.logDeviation ? Math.pow(10, 2 * spread) : spread;
    }

    private double deviation(int channel) {
      return Math.sqrt(variances.get(channel) + layer.settings.epsilon);
    }

    @Override
    public void backward() {
      MemorySegment x = memory.input().data();
      MemorySegment dy = memory.output().gradient();
      kernel.gradientSums(dy, x, numRows, means, sums, products);
      for (int c = 0; c < means.count(); c++) {
        set(layer.beta, c, sums.get(c));
        set(layer.gamma, c, products.get(c) / deviation(c));
        setStatistics(c);
      }
      if (memory.input().hasGradient()) {
        inputGradient(x, dy);
      }
    }

    /** What is subtracted from the running statistics. */
    private void setStatistics(int c) {
      double renewed = 1 - layer.settings.decay;
      set(layer.mean, c, renewed * (parameter(layer.mean, c) - means.get(c)));
      double before = runningVariance(c);
      double after = before + renewed * (variances.get(c) - before);
      set(
          layer.spread,
          c,
          layer.settings.logDeviation ? 0.5 * Math.log10(before / after) : before - after);
    }

    private void inputGradient(MemorySegment x, MemorySegment dy) {
      for (int c = 0; c < means.count(); c++) {
        double variance = variances.get(c) + layer.settings.epsilon;
        products.set(c, products.get(c) * -scales.get(c) / variance / numRows);
        shifts.set(c, -scales.get(c) * sums.get(c) / numRows);
      }
      kernel.inputGradient(
          dy,
          x,
          memory.input().gradient(),
          numRows,
          new BatchNormalization.Coefficients(means, scales, products, shifts));
    }

    private double parameter(Range range, int index) {
      return memory.parameters().getAtIndex(JAVA_FLOAT, range.begin() + index);
    }

    private void set(Range range, int index, double value) {
      memory.gradient().setAtIndex(JAVA_FLOAT, range.begin() + index, (float) value);
    }
  }
}
