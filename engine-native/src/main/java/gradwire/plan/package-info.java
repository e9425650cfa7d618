/**
 * A network as a static list of kernel calls: {@link gradwire.plan.NetworkSpec} says what is
 * computed, {@link gradwire.plan.ExecutionPlan} lays it out for one batch size and runs it.
 *
 * <p>Stop 0, behind a {@code ComputeEngine}. Knows flat vectors and their offsets, no file format
 * and no other framework. No buffer is allocated in a step; every sum has a fixed order.
 */
@NullMarked
package gradwire.plan;

import org.jspecify.annotations.NullMarked;
