package gradwire.bench.kernel;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ConvolutionKernels;
import gradwire.kernels.layer.LayerKernels;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Our convolution on a GPU. */
final class CudaConvolution {
  private CudaConvolution() {}

  static Computation of(Convolution problem, Gpu gpu, List<MemorySegment> inputs) {
    ConvolutionKernels kernels = LayerKernels.load(gpu.context()).convolution();
    ConvolutionKernels.Sizes sizes = sizes(problem.layer());
    DeviceRange images = gpu.upload(inputs.get(Convolution.IMAGES));
    DeviceRange weights = gpu.upload(inputs.get(Convolution.WEIGHTS));
    DeviceRange gradient = gpu.upload(inputs.get(Convolution.RESULT_GRADIENT));
    DeviceRange output = gpu.allocateFloats(problem.resultLength());
    DeviceRange scratch = gpu.allocateFloats(sizes.scratchFloats());
    return OnDevice.floats(
        gpu,
        switch (problem.way()) {
          case FORWARD ->
              () ->
                  kernels.forward(
                      gpu.stream(),
                      sizes,
                      images,
                      weights,
                      Optional.empty(),
                      Activation.IDENTITY,
                      output,
                      scratch);
          case WEIGHTS_GRADIENT ->
              () -> kernels.weightsGradient(gpu.stream(), sizes, gradient, images, output, scratch);
          case INPUT_GRADIENT ->
              () -> kernels.inputGradient(gpu.stream(), sizes, gradient, weights, output, scratch);
          case BACKWARD -> throw Backend.CUDA.hasNo(problem);
        },
        output);
  }

  private static ConvolutionKernels.Sizes sizes(Convolution.Layer layer) {
    int area = layer.kernel() * layer.kernel();
    return new ConvolutionKernels.Sizes(
        layer.numImages(),
        layer.window(),
        layer.numFilters(),
        new ConvolutionKernels.FilterOrder(layer.channels() * area, area, 1));
  }
}
