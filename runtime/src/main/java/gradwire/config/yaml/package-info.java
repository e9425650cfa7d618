/**
 * YAML (and JSON, which is YAML) as a tree that knows where each value was written, and a reader
 * that collects every problem before it refuses. Builds no objects from tags.
 */
@NullMarked
package gradwire.config.yaml;

import org.jspecify.annotations.NullMarked;
