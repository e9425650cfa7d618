package gradwire.embed;

import gradwire.error.Expect;
import gradwire.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One array of all examples, growing in a file that goes when this is closed. One thread. */
final class SpoolColumn implements AutoCloseable {
  private final String where;
  private final String name;
  private final long[] firstShape;
  private final FileChannel channel;

  /**
   * @param first of the arrays; the shape of its examples is that of all
   * @param file what will be written in the end; this one is beside it
   */
  SpoolColumn(String where, String name, INDArray first, Path file) throws IOException {
    this.where = where;
    this.name = name;
    this.firstShape = first.shape();
    this.channel =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + "." + name + ".tmp"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /**
   * @throws gradwire.error.UsageException if the examples are not {@code numExamples}, or not of
   *     the first ones' shape
   */
  void append(INDArray array, long numExamples) throws IOException {
    long[] expected = firstShape.clone();
    expected[0] = numExamples;
    Expect.that(
        Arrays.equals(array.shape(), expected),
        where + ", " + name,
        "shape " + Arrays.toString(expected) + " (examples first, alike in all minibatches)",
        Arrays.toString(array.shape()),
        "bring all examples to one shape");
    ByteBuffer bytes = array.castTo(DataType.FLOAT).dup('c').data().asNio();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** All that was appended; no copy. */
  SafetensorsFile.Entry entry(long numExamples, Arena arena) throws IOException {
    List<Long> shape = new ArrayList<>(Arrays.stream(firstShape).boxed().toList());
    shape.set(0, numExamples);
    return new SafetensorsFile.Entry(
        name, shape, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
