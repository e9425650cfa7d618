/** What a job's entry class is: flags, engine, data, evaluation. */
@NullMarked
package gradwire.worker.program;

import org.jspecify.annotations.NullMarked;
