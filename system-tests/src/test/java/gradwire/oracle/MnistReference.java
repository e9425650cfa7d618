package gradwire.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The reference job, {@code mnist_replica}, in one process: batch 100, Adam 0.01, loss summed over
 * the batch, validation summed over the first 5,000 training images.
 */
public final class MnistReference {
  /** How the workers' gradients meet the weights. */
  public enum Consistency {
    /**
     * Workers take turns; each gradient is of the weights pulled after that worker's last push,
     * i.e. {@code numWorkers - 1} updates old. A step is one worker's update.
     */
    ASYNC,
    /**
     * Every update is that of a worker drawn at random: the order, too, is left to chance, as the
     * operating system leaves it. A gradient is then {@code numWorkers - 1} updates old on average,
     * and now and then much older.
     */
    ASYNC_BY_CHANCE,
    /** A step is one update by the mean of the workers' (sum) gradients at the present weights. */
    SYNC
  }

  private static final int BATCH_SIZE = 100;
  private static final double LEARNING_RATE = 0.01;

  private final ReferenceNetwork network;
  private final Consistency consistency;
  private final double[] weights;
  private final ReferenceAdam adam =
      new ReferenceAdam(LEARNING_RATE, ReferenceNetwork.NUM_PARAMETERS);
  private final List<Worker> workers = new ArrayList<>();
  private final RandomGenerator order;

  /** One worker's view: its data, the weights that it pulled, its gradient. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by no one.
  private record Worker(
      ShuffledExamples examples, int[] batch, double[] pulled, double[] gradient) {}

  MnistReference(RawMnist data, Consistency consistency, int numWorkers, long seed) {
    RandomGenerator.SplittableGenerator random =
        RandomGeneratorFactory.<RandomGenerator.SplittableGenerator>of("L64X128MixRandom")
            .create(seed);
    this.network = new ReferenceNetwork(data);
    this.consistency = consistency;
    this.weights = ReferenceNetwork.initialParameters(random.split());
    for (int i = 0; i < numWorkers; i++) {
      workers.add(
          new Worker(
              new ShuffledExamples(random.split()),
              new int[BATCH_SIZE],
              weights.clone(),
              new double[weights.length]));
    }
    this.order = random.split();
  }

  /**
   * Trains from step 0.
   *
   * @param reportSteps rising numbers of steps; the last one ends the training
   * @return the validation sum after each of {@code reportSteps}
   */
  double[] validationSums(int... reportSteps) {
    double[] sums = new double[reportSteps.length];
    int step = 0;
    for (int i = 0; i < reportSteps.length; i++) {
      for (; step < reportSteps[i]; step++) {
        step(step);
      }
      sums[i] = network.loss(weights, 0, RawMnist.NUM_VALIDATION);
    }
    return sums;
  }

  private void step(int step) {
    switch (consistency) {
      case ASYNC -> asyncStep(workers.get(step % workers.size()));
      case ASYNC_BY_CHANCE -> asyncStep(workers.get(order.nextInt(workers.size())));
      case SYNC -> syncStep();
    }
  }

  private void asyncStep(Worker worker) {
    worker.examples.fill(worker.batch);
    network.lossAndGradient(worker.pulled, worker.batch, worker.gradient);
    adam.step(weights, worker.gradient, 1);
    System.arraycopy(weights, 0, worker.pulled, 0, weights.length);
  }

  private void syncStep() {
    double[] sum = new double[weights.length];
    for (Worker worker : workers) {
      worker.examples.fill(worker.batch);
      network.lossAndGradient(weights, worker.batch, worker.gradient);
      Arrays.setAll(sum, i -> sum[i] + worker.gradient[i]);
    }
    adam.step(weights, sum, 1.0 / workers.size());
  }
}
