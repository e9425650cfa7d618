/**
 * The records that a job file becomes, and the loader that reports all that is wrong with one. The
 * records are immutable; the loader is safe from any thread. No I/O but the one file read.
 */
@NullMarked
package gradwire.config;

import org.jspecify.annotations.NullMarked;
