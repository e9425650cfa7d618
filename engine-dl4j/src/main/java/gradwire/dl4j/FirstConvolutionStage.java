package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasColMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's first convolution: forward as DL4J runs it, backward without the input's gradient,
 * which nobody needs and which oneDNN can't be told to leave out. On images of few channels its
 * backward pass takes ten times its forward pass; this one takes about as long as that. One thread.
 *
 * <p>For each image, the windows under the kernel are laid out as a matrix, {@code [channels * kH *
 * kW, outH * outW]}, and {@code dW += dz windows^T}, by the BLAS that ND4J itself calls. The order
 * of all sums is fixed.
 */
final class FirstConvolutionStage implements Stage {
  private final ConvolutionLayer layer;
  private final LayerWorkspaceMgr workspaces;
  private final FloatPointer weightsGradient;
  private final MemorySegment biasGradient;
  private final int kernelHeight;
  private final int kernelWidth;
  private final boolean relu;
  private Rows windows = Rows.allocate(1, 1);
  private @Nullable INDArray input;
  private @Nullable INDArray activations;

  FirstConvolutionStage(
      ConvolutionLayer layer,
      LayerWorkspaceMgr workspaces,
      FlatMemory.Slice weights,
      FlatMemory.Slice bias) {
    this.layer = layer;
    this.workspaces = workspaces;
    this.weightsGradient = SegmentArrays.pointer(weights.gradient());
    this.biasGradient = bias.gradient();
    this.kernelHeight = layer.layerConf().getKernelSize()[0];
    this.kernelWidth = layer.layerConf().getKernelSize()[1];
    this.relu = Relu.isPlain(layer.layerConf().getActivationFn());
  }

  /** Whether the layer is a plain one: stride 1, no padding, no dropout, ReLU or no activation. */
  static boolean suits(ConvolutionLayer layer) {
    var configuration = layer.layerConf();
    ConvolutionMode mode = configuration.getConvolutionMode();
    return Arrays.equals(configuration.getStride(), new int[] {1, 1})
        && Arrays.equals(configuration.getDilation(), new int[] {1, 1})
        && Arrays.equals(configuration.getPadding(), new int[] {0, 0})
        && (mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict)
        && configuration.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && configuration.hasBias()
        && configuration.getIDropout() == null
        && Relu.suits(configuration.getActivationFn());
  }

  @Override
  public INDArray forward(INDArray images) {
    input = SegmentArrays.rowMajor(images);
    activations = SegmentArrays.rowMajor(layer.activate(input, true, workspaces));
    return activations;
  }

  @Override
  public INDArray backward(INDArray outputGradient) {
    INDArray x = Objects.requireNonNull(input, "forward comes first");
    INDArray y = Objects.requireNonNull(activations, "forward comes first");
    INDArray dz = SegmentArrays.rowMajor(outputGradient);
    if (relu) {
      Relu.zeroWhereInactive(SegmentArrays.memory(dz), SegmentArrays.memory(y));
    }
    biasGradient.fill((byte) 0);
    long imageFloats = x.length() / x.size(0);
    long gradientFloats = dz.length() / dz.size(0);
    int numChannels = (int) dz.size(1);
    for (long n = 0; n < x.size(0); n++) {
      layOut(Floats.slice(SegmentArrays.memory(x), n * imageFloats, imageFloats), x);
      MemorySegment ofImage =
          Floats.slice(SegmentArrays.memory(dz), n * gradientFloats, gradientFloats);
      addToBias(ofImage);
      addToWeights(ofImage, numChannels, n == 0 ? 0 : 1);
    }
    input = null;
    activations = null;
    return outputGradient;
  }

  /** Fills {@link #windows} from one image: row {@code (c, i, j)} is the image moved by (i, j). */
  private void layOut(MemorySegment image, INDArray shape) {
    int height = (int) shape.size(2);
    int width = (int) shape.size(3);
    int outHeight = height - kernelHeight + 1;
    int outWidth = width - kernelWidth + 1;
    int numWindowRows = (int) shape.size(1) * kernelHeight * kernelWidth;
    if (windows.rows() != numWindowRows || windows.columns() != outHeight * outWidth) {
      windows = Rows.allocate(numWindowRows, outHeight * outWidth);
    }
    long to = 0;
    for (int row = 0; row < numWindowRows; row++) {
      int channel = row / (kernelHeight * kernelWidth);
      int i = row / kernelWidth % kernelHeight;
      int j = row % kernelWidth;
      for (int line = 0; line < outHeight; line++) {
        long from = ((long) channel * height + line + i) * width + j;
        MemorySegment.copy(
            image, from * Float.BYTES, windows.memory(), to * Float.BYTES, 4L * outWidth);
        to += outWidth;
      }
    }
  }

  private void addToBias(MemorySegment gradient) {
    int numOutputs = (int) Floats.length(biasGradient);
    int length = (int) (Floats.length(gradient) / numOutputs);
    for (int o = 0; o < numOutputs; o++) {
      float sum = 0;
      for (int i = 0; i < length; i++) {
        sum += gradient.getAtIndex(JAVA_FLOAT, (long) o * length + i);
      }
      biasGradient.setAtIndex(JAVA_FLOAT, o, biasGradient.getAtIndex(JAVA_FLOAT, o) + sum);
    }
  }

  private void addToWeights(MemorySegment gradient, int numOutputs, float kept) {
    cblas_sgemm(
        CblasColMajor,
        CblasTrans,
        CblasNoTrans,
        windows.rows(),
        numOutputs,
        windows.columns(),
        1,
        windows.pointer(),
        windows.columns(),
        SegmentArrays.pointer(gradient),
        windows.columns(),
        kept,
        weightsGradient,
        windows.rows());
  }
}
