/** JMH benchmarks, each beside the limit that the machine sets. */
@NullMarked
package gradwire.bench;

import org.jspecify.annotations.NullMarked;
