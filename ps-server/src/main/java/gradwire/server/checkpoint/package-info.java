/**
 * Checkpoints: all shards at one moment, on disk, whole or not at all; and what a run goes on from
 * when the machine was lost.
 */
@NullMarked
package gradwire.server.checkpoint;

import org.jspecify.annotations.NullMarked;
