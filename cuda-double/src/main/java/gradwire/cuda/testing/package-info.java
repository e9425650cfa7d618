/**
 * A double of the CUDA driver's library, for tests on machines without a GPU: its device is this
 * process, its kernels are their sources, built for this processor by g++. The double itself is
 * C++, in {@code src/main/cuda}.
 */
@NullMarked
package gradwire.cuda.testing;

import org.jspecify.annotations.NullMarked;
