@NullMarked
package gradwire.config.yaml;

import org.jspecify.annotations.NullMarked;
