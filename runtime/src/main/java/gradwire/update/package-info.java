/**
 * What a server does with a gradient, as settings: the optimizer and its schedule, no arithmetic.
 */
@NullMarked
package gradwire.update;

import org.jspecify.annotations.NullMarked;
