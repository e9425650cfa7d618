package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenRequest;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OpenRequestBytesTest {
  @Test
  void whatTheChiefBringsArrivesAsItWas() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", 7), TensorSpec.bias("b", 5)));
    for (ShardMap.Shard shard : ShardMap.of(layout, 3).shards()) {
      ShardSettings settings =
          new ShardSettings(
              shard,
              3,
              OptimizerSpec.of("adam", Map.of("learning_rate", 0.1)),
              new Consistency.Ssp(2),
              100,
              new CheckpointPlan(10, 2));
      OpenRequest request =
          new OpenRequest(0, 2, 1, 9, Optional.of(settings), Optional.empty()).over(4);
      assertThat(OpenRequestBytes.parse(OpenRequestBytes.of(request))).isEqualTo(request);
    }
  }
}
