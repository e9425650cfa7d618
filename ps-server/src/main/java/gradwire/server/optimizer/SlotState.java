package gradwire.server.optimizer;

import java.lang.foreign.MemorySegment;

/**
 * Weights and slots of one shard where they lie. Live memory; whoever made the segments owns them.
 *
 * @param weights {@code [shardLength] float32}
 * @param slots {@code [numSlots][shardLength] float32}
 */
@SuppressWarnings("ArrayRecordComponent") // read once a block: a list's checks would cost
public record SlotState(MemorySegment weights, MemorySegment[] slots) {}
