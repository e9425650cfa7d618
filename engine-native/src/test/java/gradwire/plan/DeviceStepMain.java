package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.plan.device.DevicePlan;
import gradwire.plan.device.DeviceVectors;
import gradwire.plan.device.Gpu;
import gradwire.random.Draws;
import gradwire.tensor.Floats;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code DeviceStepMain REPEATS LARGEST_BATCH}: prints how long a worker's gradient takes on the
 * GPU, batch and parameters sent up and the gradient brought down included; medians.
 */
public final class DeviceStepMain {
  private static final Loss LOSS = new Loss.Softmax(SoftmaxLoss.CROSS_ENTROPY);
  private static final int NUM_CLASSES = 10;
  private static final int NUM_WARM_UPS = 5;

  private static final Shape MNIST = new Shape(28, 28, 1);
  private static final Shape CIFAR = new Shape(32, 32, 3);

  private static final List<Case> CASES =
      List.of(
          new Case("mlp 784-100-10", mlp(), Shape.flat(784), 100),
          new Case("lenet 20/50/500/10", leNet(), MNIST, 64),
          new Case("lenet 20/50/500/10", leNet(), MNIST, 1024),
          new Case("resnet-20", resNet(), CIFAR, 32),
          new Case("resnet-20", resNet(), CIFAR, 256));

  private DeviceStepMain() {}

  /** What is measured. */
  private record Case(String name, Nets net, Shape input, int batchSize) {}

  /** Measures and prints. */
  public static void main(String[] arguments) {
    int numRepeats = Integer.parseInt(arguments[0]);
    int largestBatch = Integer.parseInt(arguments[1]);
    try (Gpu gpu = Gpu.open(0)) {
      for (Case one : CASES) {
        if (one.batchSize <= largestBatch) {
          measure(gpu, one, numRepeats);
        }
      }
    }
  }

  static Nets mlp() {
    return new Nets().dense(784, 100, Activation.RELU).dense(100, NUM_CLASSES, Activation.IDENTITY);
  }

  static Nets leNet() {
    MaxPool pool = new MaxPool(Optional.of(Nets.geometry(2, 2, 0, 1)));
    return Nets.ofImages()
        .convolution(1, 20, Nets.geometry(5, 1, 0, 1), Activation.RELU)
        .add(pool)
        .convolution(20, 50, Nets.geometry(5, 1, 0, 1), Activation.RELU)
        .add(pool)
        .add(new ChannelsFirst())
        .dense(800, 500, Activation.RELU)
        .dense(500, NUM_CLASSES, Activation.IDENTITY);
  }

  /** He et al., "Deep residual learning", 2015, section 4.2, no shortcuts where sizes change. */
  static Nets resNet() {
    Nets net = filters(Nets.ofImages(), 3, 16, 3, 1).add(new Elements(Activation.RELU));
    int channels = 16;
    for (int numFilters : new int[] {16, 32, 64}) {
      for (int block = 0; block < 3; block++) {
        int stride = numFilters == channels ? 1 : 2;
        filters(net, channels, numFilters, 3, stride).add(new Elements(Activation.RELU));
        filters(net, numFilters, numFilters, 3, 1);
        if (stride == 1) {
          net.addEarlier(5);
        }
        net.add(new Elements(Activation.RELU));
        channels = numFilters;
      }
    }
    return net.add(new AveragePool(Optional.empty(), AveragePool.Divisor.COVERED))
        .dense(64, NUM_CLASSES, Activation.IDENTITY);
  }

  private static Nets filters(Nets net, int channels, int numFilters, int kernel, int stride) {
    return net.convolution(channels, numFilters, Nets.same(kernel, stride), Activation.IDENTITY)
        .batchNorm(numFilters);
  }

  private static void measure(Gpu gpu, Case one, int numRepeats) {
    Nets net = one.net;
    Shape input = one.input;
    int batchSize = one.batchSize;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = random(arena, net.numFloats(), 1);
      MemorySegment gradient = Floats.allocate(arena, net.numFloats());
      MemorySegment features = random(arena, (long) batchSize * input.numFloats(), 2);
      MemorySegment labels = Floats.allocate(arena, (long) batchSize * NUM_CLASSES);
      for (int i = 0; i < batchSize; i++) {
        labels.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * NUM_CLASSES + i % NUM_CLASSES, 1);
      }
      Plan.Use use = new Plan.Use(input, batchSize, true);
      try (DeviceVectors vectors =
              new DeviceVectors(gpu, parameters, gradient, List.of(parameters, gradient));
          Plan plan = new DevicePlan(net.with(LOSS), use, vectors)) {
        double millis =
            medianMillis(
                numRepeats,
                () -> plan.computeGradient(features, labels, 1.0 / batchSize, 1, StepFlow.NONE));
        System.out.printf(
            Locale.ROOT,
            "%-20s batch %4d  %8.3f ms  %,12.0f samples/s%n",
            one.name,
            batchSize,
            millis,
            1e3 * batchSize / millis);
      }
    }
  }

  private static MemorySegment random(Arena arena, long numFloats, int stream) {
    Draws draws = Draws.of(1, Draws.Purpose.INITIAL_VALUES, stream);
    MemorySegment memory = Floats.allocate(arena, numFloats);
    for (long i = 0; i < numFloats; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (0.05 * draws.nextGaussian()));
    }
    return memory;
  }

  private static double medianMillis(int numRepeats, Runnable work) {
    for (int i = 0; i < NUM_WARM_UPS; i++) {
      work.run();
    }
    double[] millis = new double[numRepeats];
    for (int i = 0; i < numRepeats; i++) {
      long begun = System.nanoTime();
      work.run();
      millis[i] = (System.nanoTime() - begun) / 1e6;
    }
    Arrays.sort(millis);
    return millis[numRepeats / 2];
  }
}
