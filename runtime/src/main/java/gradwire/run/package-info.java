/** The run folder: what a run leaves behind, and where its tasks meet. */
@NullMarked
package gradwire.run;

import org.jspecify.annotations.NullMarked;
