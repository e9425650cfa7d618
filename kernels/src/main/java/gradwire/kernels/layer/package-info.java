/**
 * What a compute engine's layers are made of on a device: the twins of {@link
 * gradwire.kernels.cpu}, float32, on images {@code [batch, height, width, channels]}.
 *
 * <p>Everything is queued on the caller's stream and reads and writes the caller's memory; ranges
 * have exactly the sizes that are said, begin at multiples of 4 bytes and don't overlap where it
 * isn't said. {@code scratch} is anybody's memory until the next kernel of the stream begins. Every
 * sum has an order that follows from the sizes alone: equal input gives equal bits, however large
 * the device. Bits are not those of a CPU's kernels, which sum in another order.
 */
@NullMarked
package gradwire.kernels.layer;

import org.jspecify.annotations.NullMarked;
