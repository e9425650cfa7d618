/** Every random draw of a run, as a function of the seed and of what the draw is for. */
@NullMarked
package gradwire.random;

import org.jspecify.annotations.NullMarked;
