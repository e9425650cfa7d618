/** A worker as a process. */
@NullMarked
package gradwire.worker;

import org.jspecify.annotations.NullMarked;
