/** A job of any size without data: to see what a cluster's network, memory and servers can do. */
@NullMarked
package gradwire.examples.quadratic;

import org.jspecify.annotations.NullMarked;
