/** Push and pull within one JVM: the same calls, no channel between. */
@NullMarked
package gradwire.transport.inprocess;

import org.jspecify.annotations.NullMarked;
