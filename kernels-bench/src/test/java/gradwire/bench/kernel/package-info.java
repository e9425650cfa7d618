@NullMarked
package gradwire.bench.kernel;

import org.jspecify.annotations.NullMarked;
