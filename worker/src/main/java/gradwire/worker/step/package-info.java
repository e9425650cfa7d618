/**
 * The worker's loop: batch, gradient, push, pull.
 *
 * <p>Stop 0: <b>worker</b>, codec, transport, shard, optimizer, back.
 */
@NullMarked
package gradwire.worker.step;

import org.jspecify.annotations.NullMarked;
