/** The command line: thin words over the launcher and the run folder. */
@NullMarked
package gradwire.cli;

import org.jspecify.annotations.NullMarked;
