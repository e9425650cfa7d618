/** Single kernels on each backend, each checked against float64 before it is measured. */
@NullMarked
package gradwire.bench.kernel;

import org.jspecify.annotations.NullMarked;
