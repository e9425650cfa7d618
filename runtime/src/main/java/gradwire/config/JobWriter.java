package gradwire.config;

import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Writes a job with every default resolved, such that reading it gives the same job. */
final class JobWriter {
  private JobWriter() {}

  static String write(JobFile job, Map<String, String> provenance) {
    Map<String, Object> top = new LinkedHashMap<>();
    top.put("experiment", job.experiment());
    top.put("estimator", estimator(job.estimator()));
    top.put("training", training(job.training()));
    top.put("compute_target", job.computeTarget().text());
    if (!provenance.isEmpty()) {
      top.put("provenance", new LinkedHashMap<>(provenance));
    }
    return new Dump(settings()).dumpToString(top);
  }

  private static Map<String, Object> estimator(Estimator estimator) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("entry_class", estimator.entryClass());
    block.put("node_count", estimator.nodeCount());
    block.put("worker_count", estimator.workerCount());
    block.put("parameter_server_count", estimator.parameterServerCount());
    block.put("use_gpu", estimator.useGpu());
    block.put("script_params", new LinkedHashMap<>(estimator.scriptParams()));
    block.put("max_run_duration_seconds", estimator.maxRunDurationSeconds());
    return block;
  }

  private static Map<String, Object> training(Training training) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("consistency", consistency(training.consistency()));
    block.put("seed", training.seed());
    block.put("wire", training.wire().text());
    CheckpointPlan plan = training.checkpoint();
    block.put("checkpoint", ordered("every_steps", plan.everySteps(), "keep", plan.keep()));
    training
        .stopAt()
        .ifPresent(
            stop -> block.put("stop_at", ordered("metric", stop.metric(), "value", stop.value())));
    block.put("evaluate_every_steps", training.evaluateEverySteps());
    training.optimizer().ifPresent(spec -> block.put("optimizer", optimizer(spec)));
    block.put("wait_timeout_seconds", training.waitTimeoutSeconds());
    block.put("lease_seconds", training.leaseSeconds());
    block.put("transport", training.transport().label());
    block.put("tls", training.tls());
    block.put("trace", training.trace());
    block.put("engine", training.engine().label());
    training.replicas().ifPresent(replicas -> block.put("replicas", replicas));
    return block;
  }

  private static Object consistency(Consistency consistency) {
    return switch (consistency) {
      case Consistency.Async() -> "async";
      case Consistency.Ssp(int maxLagSteps) -> Map.of("ssp", maxLagSteps);
      case Consistency.Sync sync when sync.replicasToAggregate().isPresent() ->
          Map.of("sync", Map.of("replicas_to_aggregate", sync.replicasToAggregate().getAsInt()));
      case Consistency.Sync ignored -> "sync";
    };
  }

  private static Map<String, Object> optimizer(OptimizerSpec spec) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("name", spec.name());
    block.putAll(spec.hyperparameters());
    ScheduleSpec schedule = spec.schedule();
    Map<String, Object> scheduleBlock = new LinkedHashMap<>();
    scheduleBlock.put("name", schedule.name());
    scheduleBlock.putAll(schedule.hyperparameters());
    block.put("schedule", scheduleBlock);
    return block;
  }

  private static Map<String, Object> ordered(
      String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(first, firstValue);
    map.put(second, secondValue);
    return map;
  }

  private static DumpSettings settings() {
    return DumpSettings.builder()
        .setDefaultFlowStyle(FlowStyle.BLOCK)
        .setSchema(new CoreSchema())
        .build();
  }
}
