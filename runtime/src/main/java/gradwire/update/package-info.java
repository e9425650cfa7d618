/**
 * What a server does with a gradient, as settings: the optimizer, its hyperparameters and its
 * learning rate as a function of the step. No tensor is touched here.
 *
 * <p>The names are TensorFlow's; {@link gradwire.update.KnownOptimizer} and {@link
 * gradwire.update.KnownSchedule} are the only places where defaults are written.
 */
@NullMarked
package gradwire.update;

import org.jspecify.annotations.NullMarked;
