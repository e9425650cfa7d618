package gradwire.server.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a shard may begin with: all servers of a run at one moment. */
public interface Restorable {
  /** For messages. */
  String name();

  /** What is in it. */
  Manifest manifest();

  /**
   * Copies elements {@code [begin, begin + length)} of the flat vectors.
   *
   * @param into {@code [length] float32} each: weights, then the optimizer's slots
   * @throws gradwire.error.GradwireException naming what is damaged, or has other vectors
   */
  void read(long begin, List<MemorySegment> into);
}
