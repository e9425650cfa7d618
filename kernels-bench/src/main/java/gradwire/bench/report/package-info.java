/** What a benchmark run leaves: rows, as a table, as JSON, as a chart. */
@NullMarked
package gradwire.bench.report;

import org.jspecify.annotations.NullMarked;
