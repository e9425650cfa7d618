/**
 * All checks of a machine with a GPU in one go: the tests, on the device, then what each kernel and
 * the binding cost there. {@code kernels-bench/gpu-check.sh} carries it there.
 */
@NullMarked
package gradwire.kernels.gpucheck;

import org.jspecify.annotations.NullMarked;
