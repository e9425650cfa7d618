/**
 * What the jobs must reproduce, computed another way: float64, one process, plain arrays. Uses
 * nothing of the system under test, not even its data reader or its random numbers.
 */
@NullMarked
package gradwire.oracle;

import org.jspecify.annotations.NullMarked;
