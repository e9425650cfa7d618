@NullMarked
package gradwire.bench.harness;

import org.jspecify.annotations.NullMarked;
