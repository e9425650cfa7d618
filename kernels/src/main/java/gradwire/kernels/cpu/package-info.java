/**
 * What a compute engine's layers are made of on a CPU: matrix products by OpenBLAS and the loops of
 * {@link gradwire.cpu.CpuLibrary}, called as foreign functions on off-heap memory.
 *
 * <p>Images are {@code [batch, height, width, channels] float32}, row-major: a pixel's channels are
 * neighbours, so that windows, pools and sums by channel go over memory in order. Every sum has a
 * fixed order: equal input gives equal bits. No threads; a kernel object is one thread's. Loads
 * only where {@link gradwire.kernels.cpu.CpuKernels#isHere}.
 */
@NullMarked
package gradwire.kernels.cpu;

import org.jspecify.annotations.NullMarked;
