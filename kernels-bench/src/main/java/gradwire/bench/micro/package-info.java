/** Codec, optimizers and reduction: benchmarks of one process, each in a JVM of JMH's. */
@NullMarked
package gradwire.bench.micro;

import org.jspecify.annotations.NullMarked;
