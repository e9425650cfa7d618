/** Stop 0: the one interface between a compute engine and the runtime. */
@NullMarked
package gradwire.worker.engine;

import org.jspecify.annotations.NullMarked;
