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
    List<Supplier<Finding>> checks =
        List.of(
            JavaCheck::jdk,
            HostCheck::processor,
            HostCheck::memory,
            HostCheck::sharedMemory,
            HostCheck::transport,
            HostCheck::loopbackPorts,
            GpuCheck::gpu,
            () -> JavaCheck.versions(workerClassPath),
            () -> BackendCheck.backend(workerClassPath),
            () -> EngineCheck.engine(workerClassPath));
    List<Finding> findings = new ArrayList<>();
    for (Supplier<Finding> check : checks) {
      Finding finding = check.get();
      eachFinding.accept(finding);
      findings.add(finding);
    }
    return findings;
  }
}
