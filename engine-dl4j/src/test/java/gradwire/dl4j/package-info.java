/** Tests of the DL4J engine, against float64 oracles and against DL4J itself. */
@NullMarked
package gradwire.dl4j;

import org.jspecify.annotations.NullMarked;
