/**
 * Data sets in files, and which examples a batch holds. {@link gradwire.worker.data.ImageFolder}
 * finds and reads them, a {@link gradwire.worker.data.BatchPlan} chooses, and {@link
 * gradwire.worker.data.ImageBatches} puts the chosen ones where an engine reads them.
 */
@NullMarked
package gradwire.worker.data;

import org.jspecify.annotations.NullMarked;
