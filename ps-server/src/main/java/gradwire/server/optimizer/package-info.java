/**
 * The server-side rule that turns a gradient into new weights.
 *
 * <p>Stop 4: worker, codec, transport, shard, <b>optimizer</b>, back. Arithmetic only: no threads,
 * no clock, no I/O. Strict float32 without fused multiply-add, each element on its own, so that the
 * bits don't depend on how a tensor was cut into blocks.
 */
@NullMarked
package gradwire.server.optimizer;

import org.jspecify.annotations.NullMarked;
