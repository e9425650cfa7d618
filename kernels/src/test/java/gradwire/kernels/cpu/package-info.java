/** CPU kernels against scalar float64 loops. */
@NullMarked
package gradwire.kernels.cpu;

import org.jspecify.annotations.NullMarked;
