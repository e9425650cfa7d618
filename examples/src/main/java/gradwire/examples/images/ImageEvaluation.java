package gradwire.examples.images;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.dl4j.Dl4jEngine;
import gradwire.worker.data.ImageBatches;
import gradwire.worker.data.ImageSet;
import gradwire.worker.data.InOrder;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.program.Evaluation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Accuracy and cross entropy of a classifier over sets of images. The cross entropy is a sum over
 * all images of a set, as the reference job prints it. One thread.
 */
public final class ImageEvaluation implements Evaluation {
  private static final int BATCH_SIZE = 500;
  private static final double SMALLEST_PROBABILITY = 1e-10;

  /** Batches over one part of a set, all of one size. */
  private record Part(ImageSet images, ImageBatches batches, int batchSize) {}

  private final Dl4jEngine engine;
  private final Arena arena = Arena.ofShared();
  private final SortedMap<String, List<Part>> sets = new TreeMap<>();

  /**
   * @param engine closed with this evaluation
   * @param sets by the prefix of their metrics, e.g. {@code test}
   */
  public ImageEvaluation(
      Dl4jEngine engine, ImageBatches.Layout layout, Map<String, ImageSet> sets) {
    this.engine = engine;
    sets.forEach((name, images) -> this.sets.put(name, parts(images, layout)));
  }

  /** Whole batches, and one of what is left over. */
  private List<Part> parts(ImageSet images, ImageBatches.Layout layout) {
    int whole = images.numImages() / BATCH_SIZE * BATCH_SIZE;
    List<Part> parts = new ArrayList<>();
    if (whole > 0) {
      parts.add(part(images.slice(0, whole), BATCH_SIZE, layout));
    }
    if (whole < images.numImages()) {
      ImageSet rest = images.slice(whole, images.numImages());
      parts.add(part(rest, rest.numImages(), layout));
    }
    return parts;
  }

  private Part part(ImageSet images, int batchSize, ImageBatches.Layout layout) {
    InOrder plan = new InOrder(images.numImages());
    return new Part(images, new ImageBatches(images, plan, batchSize, layout, arena), batchSize);
  }

  @Override
  public SortedMap<String, Double> evaluate(MemorySegment parameters) {
    engine.parameters().copyFrom(parameters);
    SortedMap<String, Double> metrics = new TreeMap<>();
    sets.forEach(
        (name, parts) -> {
          Tally tally = new Tally();
          parts.forEach(part -> add(part, tally));
          metrics.put(name + "Accuracy", tally.correct / (double) tally.images);
          metrics.put(name + "CrossEntropy", tally.crossEntropy);
        });
    return metrics;
  }

  private static final class Tally {
    private int images;
    private int correct;
    private double crossEntropy;
  }

  private void add(Part part, Tally tally) {
    for (int first = 0; first < part.images().numImages(); first += part.batchSize()) {
      FloatTensor probabilities =
          engine.infer(part.batches().next(0, first / part.batchSize())).getFirst();
      for (int i = 0; i < part.batchSize(); i++) {
        addImage(probabilities.memory(), i, part.images().label(first + i), tally);
      }
    }
  }

  private static void addImage(MemorySegment probabilities, int row, int label, Tally tally) {
    int best = 0;
    long base = (long) row * ImageSet.NUM_CLASSES;
    for (int c = 1; c < ImageSet.NUM_CLASSES; c++) {
      if (probabilities.getAtIndex(JAVA_FLOAT, base + c)
          > probabilities.getAtIndex(JAVA_FLOAT, base + best)) {
        best = c;
      }
    }
    double truth = probabilities.getAtIndex(JAVA_FLOAT, base + label);
    tally.images++;
    tally.correct += best == label ? 1 : 0;
    tally.crossEntropy -= Math.log(Math.clamp(truth, SMALLEST_PROBABILITY, 1));
  }

  @Override
  public void close() {
    engine.close();
    arena.close();
  }
}
