/** Distributed training from inside a DL4J program, in a few lines. */
@NullMarked
package gradwire.examples.embed;

import org.jspecify.annotations.NullMarked;
