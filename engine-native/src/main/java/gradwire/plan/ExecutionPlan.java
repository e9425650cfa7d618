package gradwire.plan;

import gradwire.kernels.cpu.Elementwise;
import gradwire.tensor.Floats;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A network laid out for batches of one size: a list of calls over memory that is shared out
 * beforehand. One thread.
 */
public final class ExecutionPlan implements Plan {
  private final Arena arena = Arena.ofShared();
  private final NetworkSpec network;
  private final Use use;
  private final Value<MemorySegment> input;
  private final RandomKey randomKey = new RandomKey();

  /** By vertex, once for each time that it is read. */
  private final List<List<Value<MemorySegment>>> values = new ArrayList<>();

  private final List<Node> nodes = new ArrayList<>();
  private final LossNode loss;

  /**
   * @param parameters the flat vector, read
   * @param gradient the flat vector, written by {@link #computeGradient}
   * @throws gradwire.error.UsageException if the input doesn't fit the network
   */
  public ExecutionPlan(
      NetworkSpec network, Use use, MemorySegment parameters, MemorySegment gradient) {
    this.network = network;
    this.use = use;
    this.input = new Value<>(use.input(), null, null);
    try {
      network.requireInputInOrder(use.input());
      List<Shape> shapes = this.network.shapes(use.input());
      MemoryPlan memory = new MemoryPlan();
      ValueBuffers buffers = new ValueBuffers(this.network, use, shapes, memory);
      List<MemorySegment> allocated = memory.allocate(arena);
      for (int v = 0; v < shapes.size(); v++) {
        values.add(buffers.values(v, allocated));
      }
      MemorySegment scratch = Floats.allocate(arena, scratchFloats(shapes));
      ValueUses<MemorySegment> uses = new ValueUses<>(input, values);
      for (int v = 0; v < shapes.size(); v++) {
        nodes.add(node(v, uses, scratch, parameters, gradient));
      }
      loss = new LossNode(network, values.getLast().getFirst(), use.batchSize(), arena);
    } catch (RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
  }

  private Node node(
      int index,
      ValueUses<MemorySegment> uses,
      MemorySegment scratch,
      MemorySegment parameters,
      MemorySegment gradient) {
    Vertex vertex = network.vertices().get(index);
    return vertex
        .layer()
        .node(
            new NodeMemory(
                use.batchSize(),
                vertex.inputs().stream().map(uses::next).toList(),
                values.get(index).getFirst(),
                scratch,
                parameters,
                gradient,
                use.training(),
                randomKey,
                arena));
  }

  private long scratchFloats(List<Shape> shapes) {
    long most = 1;
    for (Vertex vertex : network.vertices()) {
      List<Shape> inputs = NetworkSpec.inputsOf(vertex, shapes, use.input());
      most = Math.max(most, vertex.layer().scratchFloats(inputs, use.batchSize()));
    }
    return most;
  }

  @Override
  public Shape output() {
    return values.getLast().getFirst().shape();
  }

  @Override
  public double computeGradient(
      MemorySegment features, MemorySegment labels, double scale, long key, StepFlow flow) {
    randomKey.set(key);
    forward(features, flow);
    double sum = loss.computeGradient(labels, scale);
    for (int v = nodes.size() - 1; v >= 0; v--) {
      sumGradients(values.get(v));
      nodes.get(v).backward();
      Range range = network.vertices().get(v).parameters();
      if (!range.isEmpty()) {
        flow.gradientReady(range.begin(), range.length());
      }
    }
    return sum;
  }

  /** Of all times that a value is read, into the first's. */
  private void sumGradients(List<Value<MemorySegment>> uses) {
    Value<MemorySegment> sum = uses.getFirst();
    long numFloats = (long) use.batchSize() * sum.shape().numFloats();
    for (int i = 1; i < uses.size(); i++) {
      Elementwise.add(sum.gradient(), uses.get(i).gradient(), sum.gradient(), numFloats);
    }
  }

  @Override
  public void infer(MemorySegment features, MemorySegment outputs) {
    forward(features, StepFlow.NONE);
    loss.activate(outputs);
  }

  private void forward(MemorySegment features, StepFlow flow) {
    input.lend(features);
    for (int v = 0; v < nodes.size(); v++) {
      Range range = network.vertices().get(v).parameters();
      if (!range.isEmpty()) {
        flow.awaitParameters(range.begin(), range.length());
      }
      nodes.get(v).forward();
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
