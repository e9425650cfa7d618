package gradwire.plan.device;

import gradwire.kernels.cuda.CudaEvent;
import gradwire.kernels.cuda.CudaGraph;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.plan.Embedding;
import gradwire.plan.MemoryPlan;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Plan;
import gradwire.plan.Range;
import gradwire.plan.Shape;
import gradwire.plan.Value;
import gradwire.plan.ValueBuffers;
import gradwire.plan.ValueUses;
import gradwire.plan.Vertex;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network laid out for batches of one size on a GPU: a step is one captured graph. Parameters go
 * up before it, as they arrive; each layer's gradient comes down as soon as it is computed, while
 * the layers before are still at work. One thread: the one that opened the {@link Gpu}.
 */
public final class DevicePlan implements Plan {
  private final NetworkSpec network;
  private final Use use;
  private final DeviceVectors vectors;
  private final CudaStream stream;
  private final PlanMemory memory;
  private final Staged features;
  private final StepSettings settings;

  /** By vertex, once for each time that it is read. */
  private final List<List<Value<DeviceRange>>> values = new ArrayList<>();

  private final List<DeviceNode> nodes = new ArrayList<>();
  private final DeviceLoss loss;

  /** By vertex with parameters: their gradient has come down. */
  private final Map<Integer, CudaEvent> gradientIsHere = new HashMap<>();

  private final CudaGraph step;

  /**
   * @throws gradwire.error.UsageException if the input doesn't fit the network
   * @throws gradwire.kernels.cuda.CudaException if the device has too little memory
   */
  public DevicePlan(NetworkSpec network, Use use, DeviceVectors vectors) {
    network.requireInputInOrder(use.input());
    this.network = network;
    this.use = use;
    this.vectors = vectors;
    this.stream = vectors.gpu().stream();
    this.memory = new PlanMemory(vectors.gpu().context());
    try {
      List<Shape> shapes = network.shapes(use.input());
      features = Staged.floats(memory, (long) use.batchSize() * use.input().numFloats());
      settings = new StepSettings(network, memory);
      layOut(shapes);
      addNodes(shapes);
      Value<DeviceRange> logits = values.getLast().getFirst();
      loss =
          new DeviceLoss(
              network.loss(),
              whole(logits.data(), logits),
              new DeviceLoss.Rows(
                  use.batchSize(), network.hasLossOfSteps() ? logits.shape().pixels() : 1),
              use.training(),
              vectors.gpu().kernels(),
              memory);
      step = memory.own(stream.capture(use.training() ? this::queueStep : this::queueInference));
    } catch (RuntimeException | Error failure) {
      memory.close();
      throw failure;
    }
  }

  private void layOut(List<Shape> shapes) {
    MemoryPlan plan = new MemoryPlan();
    ValueBuffers buffers = new ValueBuffers(network, use, shapes, plan);
    DeviceRange all = memory.floats(plan.numFloats());
    List<DeviceRange> cut =
        plan.cut((offset, length) -> all.slice(offset * Float.BYTES, length * Float.BYTES));
    for (int v = 0; v < shapes.size(); v++) {
      values.add(buffers.values(v, cut));
    }
  }

  private void addNodes(List<Shape> shapes) {
    Value<DeviceRange> input = new Value<>(use.input(), features.device(), null);
    ValueUses<DeviceRange> uses = new ValueUses<>(input, values);
    DeviceRange scratch = memory.floats(scratchFloats(shapes));
    for (int v = 0; v < shapes.size(); v++) {
      Vertex vertex = network.vertices().get(v);
      nodes.add(
          DeviceNodes.of(
              vertex.layer(),
              new NodeRanges(
                  use.batchSize(),
                  vertex.inputs().stream().map(uses::next).toList(),
                  values.get(v).getFirst(),
                  scratch,
                  vectors.parameters(),
                  vectors.gradient(),
                  use.training(),
                  vectors.gpu().kernels(),
                  settings,
                  memory)));
      if (use.training() && !vertex.parameters().isEmpty()) {
        gradientIsHere.put(v, memory.own(vectors.gpu().context().event()));
      }
    }
  }

  private long scratchFloats(List<Shape> shapes) {
    long most = 1;
    for (int v = 0; v < shapes.size(); v++) {
      Vertex vertex = network.vertices().get(v);
      Shape input = NetworkSpec.inputsOf(vertex, shapes, use.input()).getFirst();
      most =
          Math.max(
              most,
              DeviceNodes.scratchFloats(vertex.layer(), input, shapes.get(v), use.batchSize()));
    }
    return most;
  }

  private DeviceRange whole(DeviceRange range, Value<DeviceRange> value) {
    return range.slice(0, (long) use.batchSize() * value.shape().numFloats() * Float.BYTES);
  }

  private void queueForward() {
    features.upload(stream);
    nodes.forEach(node -> node.forward(stream));
  }

  private void queueInference() {
    queueForward();
    loss.activate(stream);
  }

  private void queueStep() {
    settings.upload(stream);
    queueForward();
    Value<DeviceRange> logits = values.getLast().getFirst();
    loss.backward(stream, whole(logits.gradient(), logits), settings.scale());
    for (int v = nodes.size() - 1; v >= 0; v--) {
      sumGradients(values.get(v));
      nodes.get(v).backward(stream);
      if (gradientIsHere.containsKey(v)) {
        vectors.download(stream, network.vertices().get(v).parameters());
        stream.recordOutside(gradientIsHere.get(v));
      }
    }
  }

  /** Of all times that a value is read, into the first's. */
  private void sumGradients(List<Value<DeviceRange>> uses) {
    for (Value<DeviceRange> use : uses.subList(1, uses.size())) {
      DeviceRange sum = whole(uses.getFirst().gradient(), use);
      vectors.gpu().kernels().elements().add(stream, sum, whole(use.gradient(), use), sum);
    }
  }

  @Override
  public Shape output() {
    return values.getLast().getFirst().shape();
  }

  /** What the step uploads. */
  private void setFeatures(MemorySegment batch) {
    for (Vertex vertex : network.vertices()) {
      if (vertex.layer() instanceof Embedding embedding) {
        embedding.requireIds(batch, use.input().numFloats());
      }
    }
    features.host().copyFrom(batch);
  }

  @Override
  public double computeGradient(
      MemorySegment batch, MemorySegment labels, double scale, long key, StepFlow flow) {
    setFeatures(batch);
    loss.setLabels(labels);
    settings.set(scale, key);
    for (Vertex vertex : network.vertices()) {
      Range range = vertex.parameters();
      if (!range.isEmpty()) {
        flow.awaitParameters(range.begin(), range.length());
        vectors.upload(stream, range);
      }
    }
    stream.launch(step);
    for (int v = nodes.size() - 1; v >= 0; v--) {
      if (gradientIsHere.containsKey(v)) {
        gradientIsHere.get(v).await();
        Range range = network.vertices().get(v).parameters();
        vectors.downloaded(range);
        flow.gradientReady(range.begin(), range.length());
      }
    }
    stream.await();
    return loss.sum() * scale;
  }

  @Override
  public void infer(MemorySegment batch, MemorySegment outputs) {
    setFeatures(batch);
    vectors.upload(stream, vectors.all());
    stream.launch(step);
    stream.await();
    loss.readOutputs(outputs);
  }

  @Override
  public void close() {
    memory.close();
  }
}
