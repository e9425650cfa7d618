/** MNIST four times: the reference job to the letter, the same net tuned, LeNet, and an LSTM. */
@NullMarked
package gradwire.examples.mnist;

import org.jspecify.annotations.NullMarked;
