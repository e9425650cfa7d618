/**
 * The library of loops in C ({@code src/main/c}), and how shared libraries out of jars get loaded.
 * What a loop computes stands where it is called from.
 */
@NullMarked
package gradwire.cpu;

import org.jspecify.annotations.NullMarked;
