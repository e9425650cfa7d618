/** Whole trainings of a tiny model in this JVM: workers and servers as they are, no engine jar. */
@NullMarked
package gradwire.training;

import org.jspecify.annotations.NullMarked;
