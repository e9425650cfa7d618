package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.RowBias;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A vector for every id: {@code y = W[id] + b}. Ids are the network's input, which has no gradient.
 *
 * @param numIds they are 0, 1, ... as floats
 * @param numFeatures of a vector
 * @param ids how many an example has
 * @param weights {@code [numIds, numFeatures]}
 * @param rowMajor how the weights lie
 * @param bias {@code [numFeatures]}, if there is one
 */
public record Embedding(
    int numIds, int numFeatures, Ids ids, Range weights, boolean rowMajor, Optional<Range> bias)
    implements Layer {
  /** How many an example has. */
  public enum Ids {
    /** Its vector is the result. */
    ONE,
    /** One for every time step: the result is a sequence. */
    SEQUENCE
  }

  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Misfit.unless(
        input.isSequence()
            && (input.pixels() == 1 || input.channels() == 1)
            && (ids == Ids.SEQUENCE || input.numFloats() == 1),
        "ids of an embedding",
        ids == Ids.ONE ? "[batch, 1]" : "[batch, time steps] or [batch, 1, time steps]",
        input);
    return Shape.sequence(input.numFloats(), numFeatures);
  }

  /**
   * Refuses ids that have no vector.
   *
   * @param batch {@code [examples, perExample] float32}
   * @throws UsageException if there is one
   */
  public void requireIds(MemorySegment batch, int perExample) {
    long count = Floats.length(batch);
    for (long i = 0; i < count; i++) {
      float id = batch.getAtIndex(JAVA_FLOAT, i);
      if (!(id >= 0 && id < numIds && id == (int) id)) {
        throw new UsageException(
            Expect.message(
                "ids of an embedding, example " + i / perExample,
                "whole numbers from 0 to " + (numIds - 1),
                id,
                "check the batch against the embedding's size"));
      }
    }
  }

  @Override
  public Node node(NodeMemory memory) {
    return new EmbeddingNode(this, memory);
  }

  private record EmbeddingNode(Embedding layer, NodeMemory memory) implements Node {
    private int numRows() {
      return memory.batchSize() * memory.output().shape().pixels();
    }

    private int id(int row) {
      return (int) memory.input().data().getAtIndex(JAVA_FLOAT, row);
    }

    /** Of an id's float {@code feature}, in either vector. */
    private long index(int id, int feature) {
      return layer.weights.begin()
          + (layer.rowMajor
              ? (long) id * layer.numFeatures + feature
              : (long) feature * layer.numIds + id);
    }

    private Matrix rows(MemorySegment data) {
      return new Matrix(data, numRows(), layer.numFeatures);
    }

    @Override
    public void forward() {
      layer.requireIds(
          Floats.slice(memory.input().data(), 0, numRows()), memory.output().shape().pixels());
      MemorySegment y = memory.output().data();
      for (int row = 0; row < numRows(); row++) {
        int id = id(row);
        long first = (long) row * layer.numFeatures;
        for (int f = 0; f < layer.numFeatures; f++) {
          float weight = memory.parameters().getAtIndex(JAVA_FLOAT, index(id, f));
          y.setAtIndex(JAVA_FLOAT, first + f, weight);
        }
      }
      layer.bias.ifPresent(range -> RowBias.add(rows(y), range.of(memory.parameters()), false));
    }

    @Override
    public void backward() {
      MemorySegment dy = memory.output().gradient();
      MemorySegment dw = memory.gradient();
      layer.weights.of(dw).fill((byte) 0);
      for (int row = 0; row < numRows(); row++) {
        int id = id(row);
        long first = (long) row * layer.numFeatures;
        for (int f = 0; f < layer.numFeatures; f++) {
          long index = index(id, f);
          float sum = dw.getAtIndex(JAVA_FLOAT, index) + dy.getAtIndex(JAVA_FLOAT, first + f);
          dw.setAtIndex(JAVA_FLOAT, index, sum);
        }
      }
      layer.bias.ifPresent(range -> RowBias.sumRows(rows(dy), false, range.of(dw)));
    }
  }
}
