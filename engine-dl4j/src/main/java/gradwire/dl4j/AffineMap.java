package gradwire.dl4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasColMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import gradwire.error.Expect;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code z = x W + b} and its gradients, on a dense layer's slices of the flat vectors, by the BLAS
 * that ND4J itself calls. One thread.
 *
 * <p>W is {@code [numInputs, numOutputs]} column-major; x, z and all their gradients are row-major.
 * BLAS is told the truth in column-major words: a row-major matrix is its own transpose.
 */
final class AffineMap {
  private final int numInputs;
  private final int numOutputs;
  private final FloatPointer weights;
  private final FloatPointer weightsGradient;
  private final MemorySegment bias;
  private final MemorySegment biasGradient;

  AffineMap(FlatMemory.Slice weights, FlatMemory.Slice bias) {
    this.weights = SegmentArrays.pointer(weights.parameter());
    this.weightsGradient = SegmentArrays.pointer(weights.gradient());
    this.bias = bias.parameter();
    this.biasGradient = bias.gradient();
    this.numOutputs = Math.toIntExact(bias.parameter().byteSize() / Float.BYTES);
    this.numInputs = Math.toIntExact(weights.parameter().byteSize() / bias.parameter().byteSize());
  }

  /**
   * {@code array} as this map's input.
   *
   * @throws gradwire.error.UsageException unless it is {@code [batch, numInputs]}
   */
  Rows input(INDArray array) {
    return matrix("features of a dense layer", array, numInputs);
  }

  /** {@code array} as something shaped like this map's output; else as {@link #input}. */
  Rows output(INDArray array) {
    return matrix("labels or gradients of a dense layer", array, numOutputs);
  }

  private static Rows matrix(String where, INDArray array, int numColumns) {
    Expect.that(
        array.rank() == 2 && array.columns() == numColumns,
        where,
        "shape [batch, " + numColumns + "]",
        Arrays.toString(array.shape()),
        "check the batch against the network's sizes");
    return Rows.of(array);
  }

  int numInputs() {
    return numInputs;
  }

  int numOutputs() {
    return numOutputs;
  }

  /** {@code z = x W + b}. */
  void apply(Rows x, Rows z) {
    z.fill(bias);
    cblas_sgemm(
        CblasColMajor,
        CblasTrans,
        CblasNoTrans,
        numOutputs,
        x.rows(),
        numInputs,
        1,
        weights,
        numInputs,
        x.pointer(),
        numInputs,
        1,
        z.pointer(),
        numOutputs);
  }

  /** {@code dW = x^T dz; db = SUM over rows of dz}, into the flat gradient. */
  void parameterGradients(Rows x, Rows dz) {
    dz.sumOfRows(biasGradient);
    cblas_sgemm(
        CblasColMajor,
        CblasNoTrans,
        CblasTrans,
        numInputs,
        numOutputs,
        x.rows(),
        1,
        x.pointer(),
        numInputs,
        dz.pointer(),
        numOutputs,
        0,
        weightsGradient,
        numInputs);
  }

  /** {@code dx = dz W^T}. */
  void inputGradient(Rows dz, Rows dx) {
    cblas_sgemm(
        CblasColMajor,
        CblasNoTrans,
        CblasNoTrans,
        numInputs,
        dz.rows(),
        numOutputs,
        1,
        weights,
        numInputs,
        dz.pointer(),
        numOutputs,
        0,
        dx.pointer(),
        numInputs);
  }
}
