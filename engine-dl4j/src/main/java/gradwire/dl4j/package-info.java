/**
 * The DL4J engine: {@code MultiLayerNetwork} and {@code ComputationGraph} in our memory.
 *
 * <p>Stop 0, beside {@code gradwire.worker.engine}: the only package that may import ND4J or DL4J.
 */
@NullMarked
package gradwire.dl4j;

import org.jspecify.annotations.NullMarked;
