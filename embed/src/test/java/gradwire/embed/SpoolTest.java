package gradwire.embed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.worker.engine.Batch;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class SpoolTest {
  @TempDir Path folder;

  @Test
  void examplesOfAnyTypeAndOrderComeOutAsFloatsRowByRow() throws Exception {
    INDArray columnMajor = Nd4j.arange(12).castTo(DataType.DOUBLE).reshape('c', 2, 3, 2).dup('f');
    INDArray bytes = Nd4j.createFromArray(12, 13, 14, 15, 16, 17).castTo(DataType.UINT8);
    List<MiniBatch> batches = List.of(batch(columnMajor, 0, 1), batch(bytes.reshape(1, 3, 2), 2));
    write(batches);
    try (Arena arena = Arena.ofConfined()) {
      Spool spool = Spool.open(file(), arena);
      assertThat(spool.numExamples()).isEqualTo(3);
      assertThat(spool.largestBatch()).isEqualTo(2);
      Batch batch = spool.newBatch(2, arena);
      spool.copy(new int[] {2, 1}, batch);
      assertThat(batch.features().getFirst().shape()).containsExactly(2, 3, 2);
      assertThat(batch.features().getFirst().memory().toArray(JAVA_FLOAT))
          .containsExactly(12, 13, 14, 15, 16, 17, 6, 7, 8, 9, 10, 11);
      assertThat(batch.labels().getFirst().memory().toArray(JAVA_FLOAT)).containsExactly(2, 1);
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void aDamagedSpoolIsRefusedByName() throws Exception {
    write(List.of(batch(Nd4j.ones(2, 3), 0, 1)));
    try (RandomAccessFile damaged = new RandomAccessFile(file().toFile(), "rw")) {
      damaged.seek(damaged.length() - 3);
      damaged.write(77);
    }
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> Spool.open(file(), arena))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("train.safetensors: damaged");
    }
  }

  private void write(List<MiniBatch> batches) {
    SpoolWriter.write("data", batches::forEach, file());
  }

  private Path file() {
    return folder.resolve("train.safetensors");
  }

  private static MiniBatch batch(INDArray features, float... labels) {
    return new MiniBatch(
        List.of(features), List.of(Nd4j.createFromArray(labels).reshape(labels.length, 1)));
  }
}
