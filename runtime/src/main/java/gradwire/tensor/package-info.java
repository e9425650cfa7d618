/** Values that describe parameters: names, shapes and their place in the flat vector; no engine. */
@NullMarked
package gradwire.tensor;

import org.jspecify.annotations.NullMarked;
