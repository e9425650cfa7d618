/** What the whole promises: real processes, sockets and files, and the borders in the code. */
@NullMarked
package gradwire.systemtests;

import org.jspecify.annotations.NullMarked;
