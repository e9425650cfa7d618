/** What {@code gradwire doctor} looks at, a class a subject. */
@NullMarked
package gradwire.cli.doctor;

import org.jspecify.annotations.NullMarked;
