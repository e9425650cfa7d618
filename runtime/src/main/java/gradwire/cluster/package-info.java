/** Who takes part: tasks, their addresses, and which server owns which piece of the parameters. */
@NullMarked
package gradwire.cluster;

import org.jspecify.annotations.NullMarked;
