/**
 * What happens to gradients, on a device: optimizer steps, the mean over replicas, casts,
 * quantisation, softmax cross-entropy, checksums.
 *
 * <p>The kernels' sources stand in {@code src/main/cuda}; the module that is loaded is their
 * translation, {@code kernels.ptx}. Where the parameter server has the same thing, both give the
 * same bits. Everything is queued on the caller's stream and reads and writes the caller's memory;
 * lengths are those of the ranges; an empty range is no work. Ranges must not overlap, but for
 * those that are changed in place.
 *
 * <p>Ranges that begin at multiples of 16 bytes (the beginning of any {@link
 * gradwire.kernels.cuda.DeviceMemory} does) are walked four elements at a time.
 */
@NullMarked
package gradwire.kernels.gradient;

import org.jspecify.annotations.NullMarked;
