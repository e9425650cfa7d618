@NullMarked
package gradwire.cluster;

import org.jspecify.annotations.NullMarked;
