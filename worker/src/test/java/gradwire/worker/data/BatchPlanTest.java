package gradwire.worker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BatchPlanTest {
  private static final long SEED = 42;
  private static final int NUM_EXAMPLES = 1021;
  private static final int BATCH_SIZE = 100;

  /** As many batches as examples hold whole epochs, whatever the batch size. */
  private static final int NUM_STEPS = NUM_EXAMPLES;

  @Test
  void aReplicaUsesEachExampleOncePerEpochThoughBatchesSpanEpochs() {
    List<Integer> row = row(replicaShuffle(), 3, NUM_STEPS);
    for (int epoch = 0; epoch < BATCH_SIZE; epoch++) {
      assertPermutation(row.subList(epoch * NUM_EXAMPLES, (epoch + 1) * NUM_EXAMPLES));
    }
  }

  @Test
  void everyEpochIsShuffledAnew() {
    List<Integer> row = row(replicaShuffle(), 0, 31);
    assertThat(row.subList(0, NUM_EXAMPLES))
        .isNotEqualTo(row.subList(NUM_EXAMPLES, 2 * NUM_EXAMPLES))
        .isNotEqualTo(IntStream.range(0, NUM_EXAMPLES).boxed().toList());
  }

  @Test
  void replicasAndSeedsHaveTheirOwnOrders() {
    List<Integer> row = row(replicaShuffle(), 0, 10);
    assertThat(row(replicaShuffle(), 1, 10)).isNotEqualTo(row);
    assertThat(row(new ReplicaShuffle(SEED + 1, NUM_EXAMPLES), 0, 10)).isNotEqualTo(row);
    assertThat(row(replicaShuffle(), 0, 10)).isEqualTo(row);
  }

  @Test
  void replicasTogetherUseEachExampleOncePerSharedEpoch() {
    int numReplicas = 3;
    BatchPlan plan = new SharedEpochs(SEED, NUM_EXAMPLES, numReplicas);
    List<Integer> row = new ArrayList<>();
    for (int step = 0; step < NUM_STEPS; step++) {
      for (int replica = 0; replica < numReplicas; replica++) {
        row.addAll(batch(plan, replica, step, BATCH_SIZE));
      }
    }
    for (int begin = 0; begin < row.size(); begin += NUM_EXAMPLES) {
      assertPermutation(row.subList(begin, begin + NUM_EXAMPLES));
    }
  }

  /** What makes R replicas of batch b equal one process on the merged batch. */
  @Test
  void sharedBatchesMergeIntoTheBatchesOfOneReplica() {
    BatchPlan two = new SharedEpochs(SEED, NUM_EXAMPLES, 2);
    BatchPlan one = new SharedEpochs(SEED, NUM_EXAMPLES, 1);
    for (int step = 0; step < 50; step++) {
      List<Integer> merged = new ArrayList<>(batch(two, 0, step, BATCH_SIZE));
      merged.addAll(batch(two, 1, step, BATCH_SIZE));
      assertThat(merged).isEqualTo(batch(one, 0, step, 2 * BATCH_SIZE));
    }
  }

  @Test
  void anyStepMayBeAskedForInAnyOrder() {
    for (BatchPlan plan :
        List.of(replicaShuffle(), new SharedEpochs(SEED, NUM_EXAMPLES, 4), inOrder())) {
      Random random = new Random(SEED);
      for (int trial = 0; trial < 200; trial++) {
        int replica = random.nextInt(4);
        long step = random.nextInt(100);
        assertThat(batch(plan, replica, step, BATCH_SIZE))
            .as("%s replica %d step %d", plan.getClass(), replica, step)
            .isEqualTo(batch(fresh(plan), replica, step, BATCH_SIZE));
      }
    }
  }

  @Test
  void aBatchMayBeLargerThanTheSet() {
    List<Integer> batch = batch(new ReplicaShuffle(SEED, 7), 0, 1, 14);
    assertThat(batch.subList(0, 7)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
    assertThat(batch.subList(7, 14)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void inOrderGoesRoundAndRound() {
    assertThat(batch(new InOrder(5), 9, 0, 3)).containsExactly(0, 1, 2);
    assertThat(batch(new InOrder(5), 0, 1, 3)).containsExactly(3, 4, 0);
  }

  /** The order of examples is part of the bit contract: these numbers never change. */
  @Test
  void theOrderIsTheOneThatEarlierVersionsGave() {
    assertThat(batch(new ReplicaShuffle(SEED, 55_000), 1, 549, 4))
        .containsExactly(36185, 20255, 7417, 25906);
    assertThat(batch(new SharedEpochs(SEED, 55_000, 2), 1, 549, 4))
        .containsExactly(38118, 30115, 34813, 40060);
  }

  @Test
  void anEmptySetIsRefused() {
    assertThatThrownBy(() -> new SharedEpochs(SEED, 0, 1))
        .isInstanceOf(GradwireException.class)
        .hasMessage("batch plan: expected at least 1 example, got 0; check the data set");
  }

  private static BatchPlan replicaShuffle() {
    return new ReplicaShuffle(SEED, NUM_EXAMPLES);
  }

  private static BatchPlan inOrder() {
    return new InOrder(NUM_EXAMPLES);
  }

  private static BatchPlan fresh(BatchPlan plan) {
    return switch (plan) {
      case ReplicaShuffle r -> replicaShuffle();
      case SharedEpochs s -> new SharedEpochs(SEED, NUM_EXAMPLES, 4);
      case InOrder o -> inOrder();
    };
  }

  private static List<Integer> row(BatchPlan plan, int replica, int numSteps) {
    List<Integer> row = new ArrayList<>();
    for (int step = 0; step < numSteps; step++) {
      row.addAll(batch(plan, replica, step, BATCH_SIZE));
    }
    return row;
  }

  private static List<Integer> batch(BatchPlan plan, int replica, long step, int batchSize) {
    int[] into = new int[batchSize];
    plan.indices(replica, step, into);
    return IntStream.of(into).boxed().toList();
  }

  private static void assertPermutation(List<Integer> examples) {
    assertThat(examples.stream().sorted())
        .isEqualTo(IntStream.range(0, NUM_EXAMPLES).boxed().toList());
  }
}
