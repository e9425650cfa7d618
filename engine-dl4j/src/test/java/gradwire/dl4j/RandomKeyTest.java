package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.worker.engine.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

/** Equal key, parameters and batch give equal bits. */
class RandomKeyTest {
  private static final int NUM_GRADIENTS = 50;

  @Test
  void anEqualKeyGivesEqualBitsAndAnotherKeyOthers() {
    Batch batch = Networks.batch(1, 6, 7, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.dropout())) {
      float[] first = gradient(engine, batch, 1);
      float[] other = gradient(engine, batch, 2);
      assertThat(gradient(engine, batch, 1)).isEqualTo(first);
      assertThat(other).isNotEqualTo(first);
    }
  }

  @Test
  void aNetworkWithoutDrawsGivesEqualBitsEveryTime() {
    Batch batch = Networks.batch(1, 16, 784, 10);
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.leNet())) {
      float[] first = gradient(engine, batch, 1);
      for (int i = 0; i < 3; i++) {
        assertThat(gradient(engine, batch, i)).as("repeat %d", i).isEqualTo(first);
      }
    }
  }

  /** One network, two engines: neither generator nor dropout mask may be shared between them. */
  @Test
  void twoThreadsAtOnceGiveTheSameBits() throws Exception {
    MultiLayerNetwork network = Networks.dropout();
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Callable<List<float[]>> task = () -> gradients(network, start);
      Future<List<float[]>> one = threads.submit(task);
      Future<List<float[]>> other = threads.submit(task);
      for (int key = 0; key < NUM_GRADIENTS; key++) {
        assertThat(one.get().get(key)).as("key %d", key).isEqualTo(other.get().get(key));
      }
    }
  }

  private static List<float[]> gradients(MultiLayerNetwork network, CyclicBarrier start)
      throws Exception {
    Batch batch = Networks.batch(1, 6, 7, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      start.await();
      List<float[]> gradients = new ArrayList<>();
      for (int key = 0; key < NUM_GRADIENTS; key++) {
        gradients.add(gradient(engine, batch, key));
      }
      return gradients;
    }
  }

  private static float[] gradient(Dl4jEngine engine, Batch batch, long key) {
    engine.computeGradient(batch, key);
    return Networks.floats(engine.gradient());
  }
}
