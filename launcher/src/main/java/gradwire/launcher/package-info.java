/** A run on this machine: starts its tasks as child processes, watches them, accounts for them. */
@NullMarked
package gradwire.launcher;

import org.jspecify.annotations.NullMarked;
