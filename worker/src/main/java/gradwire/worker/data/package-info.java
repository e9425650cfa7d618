/** Data sets in files, and which examples a batch holds. */
@NullMarked
package gradwire.worker.data;

import org.jspecify.annotations.NullMarked;
