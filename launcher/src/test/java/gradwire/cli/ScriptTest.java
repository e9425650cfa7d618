package gradwire.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code ./gradwire}, copied into a small repository whose Maven wrapper only notes that
 * it was called, with a JDK whose {@code java} only prints its arguments.
 */
@DisabledOnOs(OS.WINDOWS)
final class ScriptTest {
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
  private static final String BUILDER =
      """
      #!/bin/sh
      echo "$JAVA_HOME $*" >>calls
      mkdir -p examples/target/lib ps-server/target/lib kernels-bench/target/lib
      : >examples/target/examples.jar; : >examples/target/lib/b.jar; : >examples/target/lib/a.jar
      : >ps-server/target/server.jar; : >ps-server/target/lib/a.jar
      : >kernels-bench/target/bench.jar; : >kernels-bench/target/lib/a.jar
      """;

  @TempDir Path folder;
  private Path repository;
  private Path jdk;

  private record Said(int exitCode, String out, String err) {}

  @BeforeEach
  void prepare() throws IOException {
    folder = folder.toRealPath();
    repository = Files.createDirectories(folder.resolve("a repository"));
    jdk = fakeJdk(folder.resolve("jdk"), "25.0.3");
    String script =
        Files.readString(
                Path.of(System.getProperty("gradwire.repository", "..")).resolve("gradwire"))
            .replace("/usr/lib/jvm/*", folder + "/none/*")
            .replace("/opt/*/*", folder + "/none/*")
            .replace("/opt/*", folder + "/none/*");
    executable(repository.resolve("gradwire"), script);
    executable(repository.resolve("mvnw"), BUILDER);
    for (String source : List.of("pom.xml", "examples/pom.xml", "runtime/src/main/java/A.java")) {
      old(
          Files.createDirectories(repository.resolve(source).getParent())
              .resolve(fileName(source)));
    }
  }

  @Test
  void aBareCloneIsBuiltOnceThenStartedWithoutABuild() throws Exception {
    Said first = gradwire("run", "job.yaml");
    assertThat(first.err()).isEqualTo("gradwire: building (log: target/build.log)\n");
    assertThat(first.exitCode()).isZero();
    Said second = gradwire("--help");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).endsWith("gradwire.cli.Main\n--help\n");
    assertThat(calls())
        .singleElement()
        .asString()
        .startsWith(jdk + " -q -B -Dmaven.test.skip=true");
  }

  @Test
  void aChangedSourceIsBuiltAgain() throws Exception {
    gradwire("runs");
    age();
    Files.writeString(repository.resolve("runtime/src/main/java/A.java"), "class A {}");
    gradwire("runs");
    gradwire("runs");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void aRemovedSourceIsBuiltAgain() throws Exception {
    gradwire("runs");
    age();
    Files.delete(repository.resolve("runtime/src/main/java/A.java"));
    gradwire("runs");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    executable(repository.resolve("mvnw"), BUILDER + "sleep 0.3\n");
    Process one = start(Map.of(), "runs");
    Process other = start(Map.of(), "runs");
    assertThat(one.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(calls()).hasSize(1);
  }

  @Test
  void aFailedBuildShowsItsEndAndIsTriedAgain() throws Exception {
    executable(repository.resolve("mvnw"), "#!/bin/sh\necho no such symbol\nexit 1\n");
    Said said = gradwire("run", "job.yaml");
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .endsWith(
            "no such symbol\ngradwire: the build failed; its whole log: "
                + repository
                + "/target/build.log\n");
    assertThat(gradwire("run", "job.yaml").exitCode()).isEqualTo(1);
  }

  @Test
  void rolesStartOnTheirOwnClassPathsInAStableOrder() throws Exception {
    String server = repository + "/ps-server/target/server.jar:" + repository + "/ps-server/target";
    assertThat(gradwire("ps", "--task_index=0").out())
        .contains("\n-cp\n" + server + "/lib/a.jar\n")
        .contains("\n--sun-misc-unsafe-memory-access=allow\n")
        .endsWith("gradwire.server.ParameterServerMain\n--task_index=0\n");
    String lib = repository + "/examples/target/lib/";
    assertThat(gradwire("worker", "--task_index=0").out())
        .contains("/examples/target/examples.jar:" + lib + "a.jar:" + lib + "b.jar\n")
        .endsWith("gradwire.worker.WorkerMain\n--task_index=0\n");
  }

  @Test
  void benchmarksAreBuiltOnTheirOwnOnceAndStartOnTheirOwnClassPath() throws Exception {
    Map<String, String> on = Map.of("GRADWIRE_AOT", "on");
    Said first = gradwire(on, "bench", "transport");
    assertThat(first.err()).isEqualTo("gradwire: building (log: target/build.log)\n");
    String module = repository + "/kernels-bench/target/";
    assertThat(first.out())
        .contains("\n-cp\n" + module + "bench.jar:" + module + "lib/a.jar\n")
        .endsWith("gradwire.bench.BenchCommand\ntransport\n");
    assertThat(gradwire(on, "bench", "--list").err()).isEmpty();
    assertThat(calls()).singleElement().asString().contains("-pl kernels-bench -am package");
  }

  @Test
  void theScriptIsFoundThroughASymbolicLink() throws Exception {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, Path.of("a repository/gradwire"));
    Process process = start(Map.of(), link, "runs");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(calls()).hasSize(1);
  }

  @Test
  void cachesAreRecordedByAShortRunOfEachRoleAndOnlyOnce() throws Exception {
    Map<String, String> on = Map.of("GRADWIRE_AOT", "on");
    assertThat(gradwire(on, "runs").err()).contains("recording ahead-of-time caches");
    assertThat(Files.readString(repository.resolve("target/build.log")))
        .contains("-XX:AOTCacheOutput=" + repository + "/target/aot/cli.aot\n")
        .contains("\n-Dgradwire.aot.record=" + repository + "/target/aot\n")
        .contains("\nrun\n" + repository + "/examples/mnist/mnist.yaml\n");
    assertThat(gradwire(on, "runs").err()).isEmpty();
  }

  @Test
  void aCacheIsUsedOnceItIsThereUnlessItIsOffOrOlderThanTheJars() throws Exception {
    Map<String, String> on = Map.of("GRADWIRE_AOT", "on");
    Files.createDirectories(repository.resolve("target/aot"));
    Files.createFile(repository.resolve("target/aot/cli.aot"));
    assertThat(gradwire("runs").out()).doesNotContain("AOTCache");
    Files.createFile(repository.resolve("target/aot/.recorded"));
    assertThat(gradwire(on, "runs").out())
        .contains("-XX:AOTCache=" + repository + "/target/aot/cli.aot\n-Xlog:aot=off\n");
    assertThat(gradwire("runs").out()).doesNotContain("AOTCache");
  }

  @Test
  void aWrongJavaHomeOfOurOwnIsRefused() throws Exception {
    Path old = fakeJdk(folder.resolve("old"), "17.0.9");
    Said said = gradwire(Map.of("GRADWIRE_JAVA_HOME", old.toString()), "runs");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .isEqualTo(
            "gradwire: GRADWIRE_JAVA_HOME: expected a JDK 25, got "
                + old
                + "; point it at a JDK 25 or unset it\n");
  }

  @Test
  void anOlderDefaultJavaIsPassedOverForAFittingOne() throws Exception {
    Path old = fakeJdk(folder.resolve("old"), "17.0.9");
    Path home = folder.resolve("home");
    Path installed = fakeJdk(home.resolve(".jdks/temurin-25"), "25");
    Said said =
        gradwire(
            Map.of("GRADWIRE_JAVA_HOME", "", "JAVA_HOME", old.toString(), "HOME", home.toString()),
            "runs");
    assertThat(said.out()).startsWith(installed + "/bin/java\n");
  }

  @Test
  void withoutAnyFittingJdkTheUserIsToldWhatToInstall() throws Exception {
    Said said = gradwire(Map.of("GRADWIRE_JAVA_HOME", "", "HOME", "/nowhere"), "runs");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .startsWith("gradwire: expected a JDK 25, found none in GRADWIRE_JAVA_HOME, JAVA_HOME")
        .contains("apt install openjdk-25-jdk-headless")
        .endsWith("or set GRADWIRE_JAVA_HOME to where it is.\n");
  }

  private Said gradwire(String... args) throws IOException, InterruptedException {
    return gradwire(Map.of(), args);
  }

  private Said gradwire(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    Process process = start(environment, args);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Said(process.exitValue(), out, err);
  }

  private Process start(Map<String, String> environment, String... args) throws IOException {
    return start(environment, repository.resolve("gradwire"), args);
  }

  private Process start(Map<String, String> environment, Path script, String... args)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(script.toString());
    builder.command().addAll(List.of(args));
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin" + File.pathSeparator + "/bin");
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("GRADWIRE_JAVA_HOME", jdk.toString());
    builder.environment().put("GRADWIRE_AOT", "off");
    builder.environment().putAll(environment);
    return builder.directory(folder.toFile()).start();
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(repository.resolve("calls"));
  }

  /** Makes the last build one of long ago, newer than the sources. */
  private void age() throws IOException {
    Path source = repository.resolve("runtime/src/main/java/A.java");
    for (Path path = source; !path.equals(repository); path = path.resolveSibling("")) {
      Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
    }
    Files.setLastModifiedTime(
        repository.resolve("examples/target/.built"), FileTime.from(LONG_AGO.plusSeconds(60)));
  }

  private static Path fakeJdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    executable(home.resolve("bin/java"), "#!/bin/sh\necho \"$0\"\nprintf '%s\\n' \"$@\"\n");
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void executable(Path path, String text) throws IOException {
    Files.writeString(path, text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void old(Path path) throws IOException {
    Files.writeString(path, "");
    Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
  }

  private static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
