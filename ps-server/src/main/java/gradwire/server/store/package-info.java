/**
 * Where a shard's state lies, and what makes a change of it count: memory that outlives a {@code
 * kill -9} of the server.
 */
@NullMarked
package gradwire.server.store;

import org.jspecify.annotations.NullMarked;
