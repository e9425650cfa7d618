/**
 * The plan of a network on a GPU: the same layers as {@link gradwire.plan}, of the kernels of
 * {@link gradwire.kernels.layer}.
 *
 * <p>A {@link gradwire.plan.device.Gpu} is opened once for an engine, its {@link
 * gradwire.plan.device.DeviceVectors} hold parameters and gradient, and every {@link
 * gradwire.plan.device.DevicePlan} is one captured graph: what goes up, forward, backward, what
 * comes down.
 */
@NullMarked
package gradwire.plan.device;

import org.jspecify.annotations.NullMarked;
