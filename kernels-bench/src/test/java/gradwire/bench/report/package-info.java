@NullMarked
package gradwire.bench.report;

import org.jspecify.annotations.NullMarked;
