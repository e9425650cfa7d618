/** Push and pull between two processes, each beside a raw socket or memory copy of its size. */
@NullMarked
package gradwire.bench.transport;

import org.jspecify.annotations.NullMarked;
