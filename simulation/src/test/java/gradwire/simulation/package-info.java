/**
 * Workers, servers and coordinator, as they are, under simulated lines, deaths and time, all driven
 * by one seed. See {@code docs/reliability-simulation.md}.
 */
@NullMarked
package gradwire.simulation;

import org.jspecify.annotations.NullMarked;
