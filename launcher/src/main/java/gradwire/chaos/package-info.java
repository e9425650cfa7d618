/**
 * Runs that are disturbed on purpose: a schedule of kills, the run under it, what came of it. It
 * works from outside, by process ids and the run folder, on processes as users start them.
 */
@NullMarked
package gradwire.chaos;

import org.jspecify.annotations.NullMarked;
