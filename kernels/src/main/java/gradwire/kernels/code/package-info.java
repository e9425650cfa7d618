/**
 * The kernels' translations that ship in the jar, and the grids that run them. The sources stand in
 * {@code src/main/cuda}.
 */
@NullMarked
package gradwire.kernels.code;

import org.jspecify.annotations.NullMarked;
