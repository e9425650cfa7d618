/** Saves a shard: weights, optimizer slots and step, whole or not at all. */
@NullMarked
package gradwire.server.checkpoint;

import org.jspecify.annotations.NullMarked;
