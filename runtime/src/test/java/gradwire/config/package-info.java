@NullMarked
package gradwire.config;

import org.jspecify.annotations.NullMarked;
