/**
 * What one parameter server owns: weights, optimizer slots, who pushed what.
 *
 * <p>Stop 3: worker, codec, transport, <b>shard</b>, optimizer, back.
 */
@NullMarked
package gradwire.server.shard;

import org.jspecify.annotations.NullMarked;
