/**
 * What the tests run on: the device that {@code gradwire.cuda.library} names, or else a double of
 * the driver library, built by g++ from the kernels' own sources.
 */
@NullMarked
package gradwire.kernels.testing;

import org.jspecify.annotations.NullMarked;
