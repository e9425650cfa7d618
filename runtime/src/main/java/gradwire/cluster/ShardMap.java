package gradwire.cluster;

import gradwire.error.Expect;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorKind;
import gradwire.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Which server owns which piece of the flat parameter vector. Immutable.
 *
 * <p>Every server owns one contiguous range, all equally long to within one float: bytes are
 * balanced whatever the tensors' sizes, big tensors are split, and a shard goes on the wire without
 * being gathered. Within a range, a chunk is a piece of one tensor. Arithmetic is element by
 * element, so where the cuts fall changes no bit.
 */
public final class ShardMap {
  /**
   * A contiguous piece of one tensor.
   *
   * @param tensor its name
   * @param offset first element within the tensor
   * @param length number of elements
   * @param kind what the optimizer does with it
   */
  public record Chunk(String tensor, long offset, long length, TensorKind kind) {}

  /**
   * What one server owns.
   *
   * @param index the server's
   * @param begin first element in the flat vector
   * @param length number of elements; may be 0 when there are more servers than parameters
   * @param chunks the pieces of tensors, back to back, that make up the range
   */
  public record Shard(int index, long begin, long length, List<Chunk> chunks) {
    public Shard {
      chunks = List.copyOf(chunks);
    }
  }

  private final List<Shard> shards;

  private ShardMap(List<Shard> shards) {
    this.shards = List.copyOf(shards);
  }

  /** Cuts {@code layout} into {@code numServers} shards. */
  public static ShardMap of(FlatLayout layout, int numServers) {
    Expect.that(
        numServers >= 1,
        "estimator.parameter_server_count",
        "at least 1 server",
        numServers,
        "try 1");
    List<Shard> shards = new ArrayList<>();
    for (int server = 0; server < numServers; server++) {
      long begin = cut(layout.numFloats(), server, numServers);
      long end = cut(layout.numFloats(), server + 1, numServers);
      shards.add(new Shard(server, begin, end - begin, chunks(layout, begin, end)));
    }
    return new ShardMap(shards);
  }

  public List<Shard> shards() {
    return shards;
  }

  private static long cut(long numFloats, int server, int numServers) {
    return numFloats / numServers * server + numFloats % numServers * server / numServers;
  }

  private static List<Chunk> chunks(FlatLayout layout, long begin, long end) {
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < layout.tensors().size(); i++) {
      TensorSpec tensor = layout.tensors().get(i);
      long from = Math.max(begin, layout.offset(i));
      long to = Math.min(end, layout.offset(i) + tensor.numFloats());
      if (from < to) {
        chunks.add(new Chunk(tensor.name(), from - layout.offset(i), to - from, tensor.kind()));
      }
    }
    return chunks;
  }
}
