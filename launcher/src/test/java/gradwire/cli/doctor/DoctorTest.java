package gradwire.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorTest {
  @TempDir Path folder;

  @Test
  void everySubjectIsReportedAndNothingIsWrongWithoutARemedy() {
    List<Finding> told = new ArrayList<>();
    List<Finding> findings = Doctor.examine(told::add);
    assertThat(told).isEqualTo(findings);
    assertThat(findings)
        .extracting(Finding::subject)
        .containsExactly(
            "jdk",
            "processor",
            "memory",
            "shared memory",
            "transport",
            "ports",
            "gpu",
            "libraries",
            "backend",
            "engine");
    assertThat(findings)
        .allMatch(finding -> finding.level() == Finding.Level.OK || !finding.remedy().isEmpty());
  }

  @Test
  void aBackendThatIsNotOnTheClassPathIsToldApart() {
    String withoutEngine = System.getProperty("java.class.path");
    assertThat(BackendCheck.backend(withoutEngine))
        .isEqualTo(
            Finding.fail(
                "backend",
                "ND4J is not on the workers' class path",
                "start through ./gradwire, which puts it there"));
  }

  @Test
  void anEngineThatIsNotOnTheClassPathIsNoFailure() {
    String withoutEngine = System.getProperty("java.class.path");
    assertThat(EngineCheck.engine(withoutEngine))
        .isEqualTo(
            Finding.warn(
                "engine",
                "dl4j alone: no native one, it is not on the workers' class path",
                "training works, but more slowly"));
  }

  @Test
  void everyGpuIsAFindingAndSoIsWhyThereIsNone() {
    assertThat(GpuCheck.judge(new ChildProcess(0, "Picked up options\ngpu: A, 8 GiB\ngpu: B")))
        .containsExactly(Finding.ok("gpu", "A, 8 GiB"), Finding.ok("gpu", "B"));
    assertThat(GpuCheck.judge(new ChildProcess(0, "gpu: none: no driver; install one")))
        .containsExactly(Finding.ok("gpu", "none: no driver; install one"));
  }

  @Test
  void aProbeThatIsNotOnTheClassPathIsNoFailure() {
    String withoutEngine = System.getProperty("java.class.path");
    assertThat(GpuCheck.gpus(withoutEngine))
        .containsExactly(
            Finding.warn(
                "gpu",
                "could not be looked for: Caused by: java.lang.ClassNotFoundException:"
                    + " gradwire.dl4j.GpuProbe",
                "train without use_gpu"));
  }

  @Test
  void versionsAreReadFromTheJarsAndTheClassifiersJarIsNotMistakenForOne() {
    String classPath = "/a/nd4j-native-1.0.0-M2.1-linux-x86_64.jar:/a/nd4j-native-1.0.0-M2.1.jar";
    assertThat(JavaCheck.version("nd4j-native", classPath)).isEqualTo("1.0.0-M2.1");
    assertThat(JavaCheck.version("grpc-netty", "/a/grpc-netty-1.85.1.jar")).isEqualTo("1.85.1");
    assertThat(JavaCheck.version("grpc-netty", "/a/other.jar")).isEqualTo("missing");
  }

  @Test
  void aProcessorWithoutAvx2IsAWarning() throws IOException {
    Path cpuinfo =
        Files.writeString(folder.resolve("cpuinfo"), "model name\t: Old One\nflags\t\t: sse2\n");
    assertThat(HostCheck.processor(cpuinfo, 2))
        .isEqualTo(
            Finding.warn("processor", "Old One, 2 cores, no avx2", "arithmetic will be slow here"));
  }
}
