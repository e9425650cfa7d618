package gradwire.dl4j;

import gradwire.plan.NetworkSpec;
import gradwire.plan.Plan;
import gradwire.plan.device.DevicePlan;
import gradwire.plan.device.DeviceVectors;
import gradwire.plan.device.Gpu;
import gradwire.worker.engine.StepVectors;

/** On one GPU. */
final class GpuPlanner implements Planner {
  private final NetworkSpec network;
  private final Gpu gpu;
  private final DeviceVectors vectors;

  /**
   * @param index as {@link Gpu#open} counts
   * @throws gradwire.error.UsageException if there is no GPU that can be used
   */
  GpuPlanner(NetworkSpec network, StepVectors vectors, int index) {
    this.network = network;
    gpu = Gpu.open(index);
    try {
      this.vectors =
          new DeviceVectors(gpu, vectors.parameters(), vectors.gradient(), vectors.regions());
    } catch (RuntimeException | Error failure) {
      gpu.close();
      throw failure;
    }
  }

  @Override
  public Plan plan(Plan.Use use) {
    return new DevicePlan(network, use, vectors);
  }

  @Override
  public String backend() {
    return "native-cuda (" + gpu.description() + ")";
  }

  @Override
  public void close() {
    vectors.close();
    gpu.close();
  }
}
