/**
 * CUDA through the driver library alone, by foreign functions: no toolkit, no native code of ours.
 *
 * <p>Begins at {@link gradwire.kernels.cuda.CudaSupport}, which says what is here or why nothing
 * is. A {@link gradwire.kernels.cuda.CudaContext} owns all that is made on a device: memory,
 * streams, events, modules, graphs; each may be closed by itself, and goes with the context
 * otherwise. Whatever the driver refuses is a {@link gradwire.kernels.cuda.CudaException}.
 *
 * <p>Threads: the thread that opens a context may use it; others {@linkplain
 * gradwire.kernels.cuda.CudaContext#attach attach} first.
 */
@NullMarked
package gradwire.kernels.cuda;

import org.jspecify.annotations.NullMarked;
