package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In sync mode the final parameters are a function of the job and its seed alone. */
final class BitsTest {
  private static final String[] REFERENCE = {
    "estimator.script_params.train_steps=30", "estimator.script_params.sync_replicas=true"
  };

  private static final String[] LENET = {
    "estimator.script_params.train_steps=6", "estimator.script_params.batch_size=16"
  };

  private static final String[] LSTM = {
    "estimator.script_params.train_steps=6",
    "estimator.script_params.batch_size=16",
    "estimator.script_params.hidden_units=19"
  };

  private static final String[] RESNET = {
    "estimator.script_params.train_steps=4",
    "estimator.script_params.batch_size=8",
    "estimator.script_params.made_up_images=100",
    "training.evaluate_every_steps=2"
  };

  @TempDir Path folder;

  @Test
  void oneTwoOrFiveServersAndARepeatGiveTheSameBits() {
    String expected = inProcess(Repository.REFERENCE_JOB, REFERENCE, 1);
    assertThat(inProcess(Repository.REFERENCE_JOB, REFERENCE, 1)).isEqualTo(expected);
    assertThat(inProcess(Repository.REFERENCE_JOB, REFERENCE, 2)).isEqualTo(expected);
    assertThat(inProcess(Repository.REFERENCE_JOB, REFERENCE, 5)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void processesGiveTheSameBitsAsThreads(int numServers) {
    assertThat(local(Repository.REFERENCE_JOB, REFERENCE, numServers))
        .isEqualTo(inProcess(Repository.REFERENCE_JOB, REFERENCE, 1));
  }

  @ParameterizedTest
  @CsvSource({"tcp, false", "tcp, true", "uds, false", "shm, false"})
  void whateverCarriesTheFloatsTheBitsAreTheSame(String transport, boolean tls) {
    String[] sets = with(with(REFERENCE, "training.transport=" + transport), "training.tls=" + tls);
    String expected = inProcess(Repository.REFERENCE_JOB, REFERENCE, 1);
    assertThat(local(Repository.REFERENCE_JOB, sets, 1)).isEqualTo(expected);
    assertThat(local(Repository.REFERENCE_JOB, sets, 2)).isEqualTo(expected);
  }

  @Test
  void anotherSeedGivesOtherBits() {
    assertThat(inProcess(Repository.REFERENCE_JOB, with(REFERENCE, "training.seed=43"), 1))
        .isNotEqualTo(inProcess(Repository.REFERENCE_JOB, REFERENCE, 1));
  }

  @Test
  void convolutionsGiveTheSameBitsToo() throws IOException {
    Path data = SmallMnist.write(folder.resolve("data"), 500, 100);
    String[] sets = with(LENET, "estimator.script_params.data_dir=" + data);
    String expected = inProcess(Repository.LENET_JOB, sets, 1);
    assertThat(inProcess(Repository.LENET_JOB, sets, 5)).isEqualTo(expected);
    assertThat(local(Repository.LENET_JOB, sets, 2)).isEqualTo(expected);
  }

  @Test
  void recurrentLayersGiveTheSameBitsToo() throws IOException {
    Path data = SmallMnist.write(folder.resolve("data"), 500, 100);
    String[] sets = with(LSTM, "estimator.script_params.data_dir=" + data);
    assertThat(inProcess(Repository.LSTM_JOB, sets, 5))
        .isEqualTo(inProcess(Repository.LSTM_JOB, sets, 1));
  }

  @Test
  void residualNetworksOnMadeUpImagesGiveTheSameBitsToo() {
    assertThat(inProcess(Repository.RESNET_JOB, RESNET, 5))
        .isEqualTo(inProcess(Repository.RESNET_JOB, RESNET, 1));
  }

  private String inProcess(Path job, String[] sets, int numServers) {
    return sha256(InProcessRun.succeeding(job, newRunDir(), withServers(sets, numServers)));
  }

  private String local(Path job, String[] sets, int numServers) {
    Path runDir = newRunDir();
    try (Command command = Command.run(job, runDir, withServers(sets, numServers))) {
      assertThat(command.awaitExit()).as(command::said).isZero();
    }
    return sha256(RunResult.read(runDir.resolve("result.json")));
  }

  private static String sha256(RunResult result) {
    assertThat(result.parametersSha256()).as(result.toJson()).matches("[0-9a-f]{64}");
    return String.valueOf(result.parametersSha256());
  }

  private static String[] withServers(String[] sets, int numServers) {
    return with(sets, "estimator.parameter_server_count=" + numServers);
  }

  private static String[] with(String[] sets, String another) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.add(another);
    return all.toArray(String[]::new);
  }

  private Path newRunDir() {
    try {
      return Files.createTempDirectory(folder, "run");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
