package gradwire.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.ShardMap.Chunk;
import gradwire.cluster.ShardMap.Shard;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ShardMapTest {
  @Test
  void theFullestServerHoldsAtMostFivePercentMoreThanTheMean() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      FlatLayout layout = randomLayout(random);
      int numServers = random.nextInt(1, 40);
      List<Shard> shards = ShardMap.of(layout, numServers).shards();
      double mean = (double) layout.numFloats() / numServers;
      long fullest = shards.stream().mapToLong(Shard::length).max().orElseThrow();
      // A float cannot be cut: below 20 floats a server, whole floats are the best there is.
      assertThat((double) fullest)
          .as("seed %d, case %d", seed, i)
          .isLessThanOrEqualTo(Math.max(1.05 * mean, Math.ceil(mean)));
      assertCoversEachFloatOnce(layout, shards);
    }
  }

  @Test
  void moreServersThanFloatsLeaveSomeEmpty() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", 2), TensorSpec.bias("b", 1)));

    List<Shard> shards = ShardMap.of(layout, 7).shards();

    assertThat(shards).hasSize(7).allMatch(shard -> shard.length() <= 1);
    assertCoversEachFloatOnce(layout, shards);
  }

  @Test
  void aHugeTensorIsCutWithoutOverflow() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", 1L << 24, 1L << 23)));

    List<Shard> shards = ShardMap.of(layout, 1000).shards();

    assertThat(shards.getLast().begin() + shards.getLast().length()).isEqualTo(1L << 47);
    assertThat(shards).allMatch(shard -> Math.abs(shard.length() - (1L << 47) / 1000) <= 1);
  }

  @Test
  void noServerIsRefused() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", 2)));

    assertThatThrownBy(() -> ShardMap.of(layout, 0))
        .hasMessage("estimator.parameter_server_count: expected at least 1 server, got 0; try 1");
  }

  private static void assertCoversEachFloatOnce(FlatLayout layout, List<Shard> shards) {
    long at = 0;
    List<Chunk> chunks = new ArrayList<>();
    for (Shard shard : shards) {
      assertThat(shard.begin()).isEqualTo(at);
      assertThat(shard.chunks().stream().mapToLong(Chunk::length).sum()).isEqualTo(shard.length());
      at += shard.length();
      chunks.addAll(shard.chunks());
    }
    assertThat(at).isEqualTo(layout.numFloats());
    for (TensorSpec tensor : layout.tensors()) {
      long next = 0;
      for (Chunk chunk : chunks) {
        if (chunk.tensor().equals(tensor.name())) {
          assertThat(chunk.offset()).isEqualTo(next);
          assertThat(chunk.length()).isPositive();
          assertThat(chunk.kind()).isEqualTo(tensor.kind());
          next += chunk.length();
        }
      }
      assertThat(next).isEqualTo(tensor.numFloats());
    }
  }

  private static FlatLayout randomLayout(SplittableRandom random) {
    List<TensorSpec> tensors = new ArrayList<>();
    int numTensors = random.nextInt(1, 12);
    for (int i = 0; i < numTensors; i++) {
      long axis = 1L << random.nextInt(0, 20);
      tensors.add(
          random.nextBoolean()
              ? TensorSpec.weight("t" + i, random.nextLong(1, axis + 1), random.nextLong(1, 9))
              : TensorSpec.bias("t" + i, random.nextLong(1, 100)));
    }
    return new FlatLayout(tensors);
  }
}
