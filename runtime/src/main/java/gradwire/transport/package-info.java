/**
 * Push and pull: what a worker and a parameter server say to each other, whatever carries it.
 *
 * <p>Stop 2: worker, codec, <b>transport</b>, shard, optimizer, back. {@link
 * gradwire.transport.ShardConnection} is the worker's end, {@link gradwire.transport.ShardService}
 * the server's; {@code .grpc} and {@code .inprocess} join them and are equal citizens.
 */
@NullMarked
package gradwire.transport;

import org.jspecify.annotations.NullMarked;
