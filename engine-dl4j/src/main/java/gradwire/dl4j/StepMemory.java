package gradwire.dl4j;

import java.util.concurrent.atomic.AtomicLong;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One ND4J workspace for all that DL4J's layers allocate in a step: it learns its size in the first
 * step, and is reused from then on. One thread.
 */
final class StepMemory implements AutoCloseable {
  private static final AtomicLong COUNTER = new AtomicLong();
  private static final WorkspaceConfiguration CONFIGURATION =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .overallocationLimit(0.05)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .build();

  private final String name = "GRADWIRE_STEP_" + COUNTER.incrementAndGet();
  private final LayerWorkspaceMgr workspaces =
      LayerWorkspaceMgr.builder().defaultWorkspace(name, CONFIGURATION).build();

  /** What layers are handed: every array goes to this memory. */
  LayerWorkspaceMgr workspaces() {
    return workspaces;
  }

  /** Arrays made by this thread until the scope is closed are freed together then. */
  Scope open() {
    return new Scope(Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, name));
  }

  /** A step. */
  record Scope(MemoryWorkspace workspace) implements AutoCloseable {
    @Override
    public void close() {
      workspace.close();
    }
  }

  /** On the thread that opened scopes. */
  @Override
  public void close() {
    if (Nd4j.getWorkspaceManager().checkIfWorkspaceExists(name)) {
      Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread(name).destroyWorkspace(true);
    }
  }
}
