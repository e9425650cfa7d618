/** A residual network on images in colour. */
@NullMarked
package gradwire.examples.cifar;

import org.jspecify.annotations.NullMarked;
