/**
 * When a gradient is applied and when its sender hears back: asynchronously, in step, or with
 * bounded staleness.
 *
 * <p>Stop 3: worker, codec, transport, <b>shard</b>, optimizer, back. No threads, no I/O: called
 * under the shard's lock.
 */
@NullMarked
package gradwire.server.sync;

import org.jspecify.annotations.NullMarked;
