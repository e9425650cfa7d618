@NullMarked
package gradwire.kernels.layer;

import org.jspecify.annotations.NullMarked;
