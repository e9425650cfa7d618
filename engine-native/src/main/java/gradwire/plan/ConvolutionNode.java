package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.DirectConvolution;
import gradwire.kernels.cpu.Layouts;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.OpenBlas;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cpu.Windows;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, a few images at a time, so that they stay in the cache: by a kernel that reads
 * windows where they lie, or as matrix products, for which windows are laid out as the rows of a
 * matrix. One thread.
 */
final class ConvolutionNode implements Node {
  private final OpenBlas blas = OpenBlas.get();
  private final NodeMemory memory;
  private final Window window;
  private final Windows windows;
  private final Activation activation;
  private final FilterEpilogue epilogue;
  private final Optional<DirectConvolution> direct;

  /** {@code [filters]}, or nothing. */
  private final MemorySegment bias;

  private final FilterWeights flatWeights;
  private final FilterWeights flatWeightsGradient;

  /** {@code [filters, kernel height, kernel width, channels]}: as windows lie. */
  private final Matrix weights;

  private final Matrix weightsGradient;

  /** Whether both orders of the weights are one. */
  private final boolean inOrder;

  private final List<Block> blocks = new ArrayList<>();

  ConvolutionNode(Convolution layer, NodeMemory memory) {
    this.memory = memory;
    this.window = layer.window(List.of(memory.input().shape()));
    this.windows = new Windows(memory.arena(), window);
    this.activation = layer.activation();
    this.epilogue = new FilterEpilogue(layer.activation(), layer.bias(), memory);
    this.bias = layer.bias().orElse(Range.NONE).of(memory.parameters());
    this.inOrder = window.channels() == 1 || window.kernel().area() == 1;
    this.flatWeights = flat(layer, memory.parameters());
    this.flatWeightsGradient = flat(layer, memory.gradient());
    this.weights = weights(flatWeights.inOrder(), layer.numFilters());
    this.weightsGradient = weights(flatWeightsGradient.inOrder(), layer.numFilters());
    int size =
        window.isPointwise()
            ? memory.batchSize()
            : Math.min(memory.batchSize(), Convolution.blockSize(window));
    this.direct =
        Convolution.isDirect(window)
            ? Optional.of(new DirectConvolution(memory.arena(), window, layer.numFilters(), size))
            : Optional.empty();
    for (int first = 0; first < memory.batchSize(); first += size) {
      blocks.add(new Block(first, Math.min(size, memory.batchSize() - first), layer.numFilters()));
    }
  }

  private FilterWeights flat(Convolution layer, MemorySegment vector) {
    return new FilterWeights(layer, window.channels(), layer.weights().of(vector), memory.arena());
  }

  private Matrix weights(MemorySegment flat, int numFilters) {
    MemorySegment own = inOrder ? flat : Floats.allocate(memory.arena(), Floats.length(flat));
    return new Matrix(own, numFilters, window.floats());
  }

  @Override
  public void forward() {
    flatWeights.take();
    if (direct.isPresent()) {
      direct.get().take(flatWeights.inOrder(), bias);
    } else if (!inOrder) {
      transpose(flatWeights.inOrder(), weights.memory(), window.channels(), window.kernel().area());
    }
    for (Block block : blocks) {
      if (direct.isPresent()) {
        block.forward(direct.get());
      } else {
        block.forward();
      }
    }
  }

  @Override
  public void backward() {
    if (direct.isPresent() && memory.input().hasGradient()) {
      direct.get().takeForImageGradient(flatWeights.inOrder());
    }
    for (Block block : blocks) {
      block.backward();
    }
    if (direct.isPresent()) {
      direct.get().giveWeightsGradient(flatWeightsGradient.inOrder());
    } else if (!inOrder) {
      transpose(
          weightsGradient.memory(),
          flatWeightsGradient.inOrder(),
          window.kernel().area(),
          window.channels());
    }
    flatWeightsGradient.give();
  }

  private void transpose(MemorySegment from, MemorySegment into, int numRows, int numColumns) {
    Layouts.transpose(from, into, weights.rows(), numRows, numColumns);
  }

  /** Images that are worked on together. */
  private final class Block {
    private final int numImages;

    /** 0 for the first block, whose sums begin; else 1. */
    private final float kept;

    private final MemorySegment images;
    private final @Nullable MemorySegment imageGradient;

    /** {@code [windows, window floats]}: laid out, or the images themselves. */
    private final Matrix laidOut;

    /** {@code [windows, window floats]}: the gradient of that. */
    private final Matrix laidOutGradient;

    /** {@code [windows, filters]}. */
    private final Matrix y;

    private final @Nullable Matrix dz;

    Block(int first, int numImages, int numFilters) {
      this.numImages = numImages;
      this.kept = first == 0 ? 0 : 1;
      int numWindows = numImages * window.output().area();
      long from = (long) first * window.imageFloats();
      long to = (long) first * window.output().area() * numFilters;
      boolean pointwise = window.isPointwise();
      images = from(memory.input().data(), from);
      imageGradient = memory.input().hasGradient() ? from(memory.input().gradient(), from) : null;
      laidOut = new Matrix(pointwise ? images : memory.scratch(), numWindows, window.floats());
      laidOutGradient =
          new Matrix(
              pointwise && imageGradient != null ? imageGradient : memory.scratch(),
              numWindows,
              window.floats());
      y = new Matrix(from(memory.output().data(), to), numWindows, numFilters);
      dz =
          memory.output().hasGradient()
              ? new Matrix(from(memory.output().gradient(), to), numWindows, numFilters)
              : null;
    }

    void forward(DirectConvolution kernel) {
      boolean relu = activation == Activation.RELU;
      kernel.forward(images, numImages, relu, y.memory());
      if (!relu && activation != Activation.IDENTITY) {
        activation.forward(y.memory(), y.memory(), y.numFloats());
      }
    }

    void forward() {
      layOut();
      blas.multiply(laidOut, weights.transpose(), y);
      epilogue.forward(y);
    }

    void backward() {
      Matrix gradient = java.util.Objects.requireNonNull(dz, "training has gradients");
      epilogue.backward(y, gradient, kept);
      if (direct.isPresent()) {
        backward(direct.get(), gradient.memory());
      } else {
        backward(gradient);
      }
    }

    private void backward(DirectConvolution kernel, MemorySegment gradient) {
      kernel.addWeightsGradient(images, numImages, gradient, kept == 0);
      if (imageGradient != null) {
        kernel.imageGradient(gradient, numImages, imageGradient);
      }
    }

    private void backward(Matrix gradient) {
      layOut();
      blas.multiply(gradient.transpose(), laidOut, kept, weightsGradient);
      if (imageGradient != null) {
        blas.multiply(gradient, weights, laidOutGradient);
        if (!window.isPointwise()) {
          windows.scatter(laidOutGradient.memory(), numImages, imageGradient);
        }
      }
    }

    private void layOut() {
      if (!window.isPointwise()) {
        windows.gather(images, numImages, laidOut.memory());
      }
    }

    private static MemorySegment from(MemorySegment batch, long floats) {
      return batch.asSlice(floats * Float.BYTES);
    }
  }
}
