/** A parameter server as a process. */
@NullMarked
package gradwire.server;

import org.jspecify.annotations.NullMarked;
