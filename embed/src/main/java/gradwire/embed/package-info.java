/**
 * Distributed training from a few lines of Java: a DL4J network and an iterator in, the same
 * network trained out. Begin with {@link gradwire.embed.DistributedTraining}.
 *
 * <p>Network and examples go into the run's folder, and {@link gradwire.embed.SpooledTraining}, an
 * entry class like any other, takes them from there: threads and processes run the same code.
 */
@NullMarked
package gradwire.embed;

import org.jspecify.annotations.NullMarked;
