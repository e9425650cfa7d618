/**
 * What every task did when, as a picture: each task records spans on lanes and keeps them in a file
 * of its own; the launcher makes one Chrome trace of all, with arrows from a worker's push over the
 * server's apply to the weights' arrival.
 */
@NullMarked
package gradwire.trace;

import org.jspecify.annotations.NullMarked;
