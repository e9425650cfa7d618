package gradwire.embed;

import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Drains an iterator into one file of all examples, see {@link Spool}; the Java heap holds a
 * minibatch at a time. One thread.
 */
final class SpoolWriter implements AutoCloseable {
  private final String where;
  private final Path file;
  private final List<SpoolColumn> columns = new ArrayList<>();
  private long numExamples;
  private long largestBatch;

  private SpoolWriter(String where, Path file) {
    this.where = where;
    this.file = file;
  }

  /**
   * Writes {@code file}, whole or not at all.
   *
   * @param where what the examples are, for messages
   * @throws gradwire.error.UsageException if there are none, or their shapes differ
   */
  static void write(String where, MiniBatches batches, Path file) {
    try (SpoolWriter writer = new SpoolWriter(where, file)) {
      batches.forEach(writer::add);
      writer.finish();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private void add(MiniBatch batch) {
    long numRows = batch.features().getFirst().size(0);
    try {
      if (columns.isEmpty()) {
        open("features", batch.features());
        open("labels", batch.labels());
      }
      List<INDArray> arrays = new ArrayList<>(batch.features());
      arrays.addAll(batch.labels());
      Expect.that(
          arrays.size() == columns.size(),
          where,
          columns.size() + " arrays in every minibatch, as in the first",
          arrays.size(),
          "check the iterator");
      for (int i = 0; i < arrays.size(); i++) {
        columns.get(i).append(arrays.get(i), numRows);
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
    numExamples += numRows;
    largestBatch = Math.max(largestBatch, numRows);
  }

  private void open(String what, List<INDArray> arrays) throws IOException {
    for (int i = 0; i < arrays.size(); i++) {
      columns.add(new SpoolColumn(where, what + "-" + i, arrays.get(i), file));
    }
  }

  private void finish() throws IOException {
    Expect.that(
        numExamples > 0, where, "at least 1 example", 0, "reset the iterator, or check its source");
    Expect.that(
        numExamples <= Integer.MAX_VALUE,
        where,
        "at most " + Integer.MAX_VALUE + " examples",
        numExamples,
        "train on a part at a time");
    try (Arena arena = Arena.ofConfined()) {
      List<SafetensorsFile.Entry> entries = new ArrayList<>();
      for (SpoolColumn column : columns) {
        entries.add(column.entry(numExamples, arena));
      }
      SafetensorsFile.write(
          file, Map.of(Spool.LARGEST_BATCH, Long.toString(largestBatch)), entries);
    }
  }

  private static GradwireException failed(Path file, IOException e) {
    return new GradwireException(
        file + ": expected to write the examples there, got " + e + "; check folder and disk", e);
  }

  @Override
  public void close() throws IOException {
    for (SpoolColumn column : columns) {
      column.close();
    }
  }
}
