/**
 * The coordinator: says which worker computes which replica, and holds that on file. A pure part
 * ({@link gradwire.server.membership.Coordinator}: no threads, a clock that is given to it), and
 * around it a thread and a file.
 */
@NullMarked
package gradwire.server.membership;

import org.jspecify.annotations.NullMarked;
