package gradwire.dl4j;

import gradwire.kernels.cpu.CpuKernels;
import gradwire.plan.ExecutionPlan;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Plan;
import gradwire.worker.engine.StepVectors;

/** On this processor. */
record CpuPlanner(NetworkSpec network, StepVectors vectors) implements Planner {
  @Override
  public Plan plan(Plan.Use use) {
    return new ExecutionPlan(network, use, vectors.parameters(), vectors.gradient());
  }

  @Override
  public String backend() {
    return "native-cpu (" + CpuKernels.description() + ")";
  }

  @Override
  public void close() {}
}
