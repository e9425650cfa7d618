@NullMarked
package gradwire.embed;

import org.jspecify.annotations.NullMarked;
