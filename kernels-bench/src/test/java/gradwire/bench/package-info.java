@NullMarked
package gradwire.bench;

import org.jspecify.annotations.NullMarked;
