/** How a row is measured: JMH trials, CPU time of several processes, child processes that end. */
@NullMarked
package gradwire.bench.harness;

import org.jspecify.annotations.NullMarked;
