package gradwire.transport;

import gradwire.tensor.SharedMemory;
import java.lang.foreign.MemorySegment;

/**
 * What a worker can show to a server on its own host, instead of sending it.
 *
 * @param memory that holds both
 * @param gradient {@code [shard length] float32}, where pushes come from
 * @param weights {@code [shard length] float32}, where weights go
 */
public record SharedVectors(SharedMemory memory, MemorySegment gradient, MemorySegment weights) {}
