package gradwire.bench.kernel;

import gradwire.kernels.cpu.DirectConvolution;
import gradwire.kernels.cpu.Window;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Our convolution as the native engine runs it: some images at a time, weights brought into the
 * order of their use once a step.
 */
final class NativeConvolution {
  private final Convolution.Layer layer;
  private final DirectConvolution direct;
  private final int imagesPerBlock;
  private final MemorySegment images;
  private final MemorySegment weights;

  /** With slack. */
  private final MemorySegment resultGradient;

  private final MemorySegment output;

  private NativeConvolution(Convolution problem, List<MemorySegment> inputs, Arena arena) {
    layer = problem.layer();
    Window window = layer.window();
    imagesPerBlock = Math.min(layer.numImages(), gradwire.plan.Convolution.blockSize(window));
    direct = new DirectConvolution(arena, window, layer.numFilters(), imagesPerBlock);
    images = inputs.get(Convolution.IMAGES);
    weights = inputs.get(Convolution.WEIGHTS);
    resultGradient = Floats.allocate(arena, layer.resultLength() + DirectConvolution.SLACK_FLOATS);
    resultGradient.copyFrom(inputs.get(Convolution.RESULT_GRADIENT));
    output = Floats.allocate(arena, problem.resultLength());
  }

  static Computation of(Convolution problem, List<MemorySegment> inputs, Arena arena) {
    NativeConvolution one = new NativeConvolution(problem, inputs, arena);
    return new InMemory(
        switch (problem.way()) {
          case FORWARD -> one::forward;
          case WEIGHTS_GRADIENT -> one::weightsGradient;
          case INPUT_GRADIENT -> one::inputGradient;
          case BACKWARD -> throw Backend.NATIVE.hasNo(problem);
        },
        one.output);
  }

  private void forward() {
    direct.take(weights, MemorySegment.NULL);
    for (int first = 0; first < layer.numImages(); first += imagesPerBlock) {
      direct.forward(
          ofImage(images, layer.imagesLength(), first),
          numImages(first),
          false,
          ofImage(output, layer.resultLength(), first));
    }
  }

  private void weightsGradient() {
    for (int first = 0; first < layer.numImages(); first += imagesPerBlock) {
      direct.addWeightsGradient(
          ofImage(images, layer.imagesLength(), first),
          numImages(first),
          ofImage(resultGradient, layer.resultLength(), first),
          first == 0);
    }
    direct.giveWeightsGradient(output);
  }

  private void inputGradient() {
    direct.takeForImageGradient(weights);
    for (int first = 0; first < layer.numImages(); first += imagesPerBlock) {
      direct.imageGradient(
          ofImage(resultGradient, layer.resultLength(), first),
          numImages(first),
          ofImage(output, layer.imagesLength(), first));
    }
  }

  private int numImages(int first) {
    return Math.min(imagesPerBlock, layer.numImages() - first);
  }

  /**
   * A tensor from one image on.
   *
   * @param length of the tensor, in floats
   */
  private MemorySegment ofImage(MemorySegment tensor, long length, int image) {
    return tensor.asSlice(length / layer.numImages() * image * Float.BYTES);
  }
}
