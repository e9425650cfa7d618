/** MNIST three times: the reference job to the letter, the same net tuned, and LeNet. */
@NullMarked
package gradwire.examples.mnist;

import org.jspecify.annotations.NullMarked;
