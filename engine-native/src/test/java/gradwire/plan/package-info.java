/** Plans against scalar float64 networks, differentiated numerically. */
@NullMarked
package gradwire.plan;

import org.jspecify.annotations.NullMarked;
