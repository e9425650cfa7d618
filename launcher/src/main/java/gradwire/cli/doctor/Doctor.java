package gradwire.cli.doctor;

import gradwire.cluster.Role;
import gradwire.launcher.RoleProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Looks at everything that training needs; changes nothing. */
public final class Doctor {
  private Doctor() {}

  /**
   * Makes every check in turn; the slow ones start a child process of their own.
   *
   * @param eachFinding told of each finding as soon as it is made
   */
  public static List<Finding> examine(Consumer<Finding> eachFinding) {
    RoleProgram worker = RoleProgram.of(Role.WORKER);
    String workerClassPath = worker.classPath();
    List<Supplier<List<Finding>>> checks =
        List.of(
            one(JavaCheck::jdk),
            one(HostCheck::processor),
            one(HostCheck::memory),
            one(HostCheck::sharedMemory),
            one(HostCheck::transport),
            one(HostCheck::loopbackPorts),
            () -> GpuCheck.gpus(workerClassPath),
            one(() -> JavaCheck.versions(workerClassPath)),
            one(() -> BackendCheck.backend(workerClassPath)),
            one(() -> EngineCheck.engine(workerClassPath)));
    List<Finding> findings = new ArrayList<>();
    for (Supplier<List<Finding>> check : checks) {
      List<Finding> found = check.get();
      found.forEach(eachFinding);
      findings.addAll(found);
    }
    return findings;
  }

  private static Supplier<List<Finding>> one(Supplier<Finding> check) {
    return () -> List.of(check.get());
  }
}
