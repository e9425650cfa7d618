package gradwire.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.bench.harness.Plan;
import gradwire.bench.kernel.Convolution.Layer;
import gradwire.bench.kernel.Convolution.Way;
import gradwire.bench.micro.MicroCase;
import gradwire.bench.micro.MicroRows;
import gradwire.cuda.testing.DriverInPlace;
import gradwire.error.GradwireException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class KernelRowTest {
  /** With and without a frame of zeros. */
  private static final List<Layer> LAYERS =
      List.of(new Layer(3, 7, 5, 3, 1, 11), new Layer(2, 6, 4, 5, 0, 3));

  private static final List<String> LARGE = List.of("100MB", "1024x1024x1024", "1024x1000");

  static Stream<KernelRow> onProcessor() {
    return Stream.of(Backend.NATIVE, Backend.ND4J)
        .flatMap(backend -> Problems.of(backend).stream())
        .filter(KernelRowTest::isSmall);
  }

  private static boolean isSmall(KernelRow row) {
    return LARGE.stream().noneMatch(row.name()::endsWith);
  }

  @ParameterizedTest
  @MethodSource
  void onProcessor(KernelRow row) {
    assertRight(row);
  }

  @Test
  void onADevice() {
    try (DriverInPlace driver = DriverInPlace.put()) {
      Problems.of(Backend.CUDA).stream()
          .filter(KernelRowTest::isSmall)
          .filter(row -> row.name().matches(".*(318KB|100x784x100|64x10)"))
          .forEach(KernelRowTest::assertRight);
      Stream.of(Way.FORWARD, Way.WEIGHTS_GRADIENT, Way.INPUT_GRADIENT)
          .flatMap(way -> LAYERS.stream().map(layer -> new Convolution(way, layer)))
          .forEach(problem -> assertRight(new KernelRow(Backend.CUDA, problem)));
    }
  }

  @Test
  void smallLayersOnProcessors() {
    for (Layer layer : LAYERS) {
      for (Way way : List.of(Way.FORWARD, Way.WEIGHTS_GRADIENT, Way.INPUT_GRADIENT)) {
        assertRight(new KernelRow(Backend.NATIVE, new Convolution(way, layer)));
      }
      for (Way way : List.of(Way.FORWARD, Way.BACKWARD)) {
        assertRight(new KernelRow(Backend.ND4J, new Convolution(way, layer)));
      }
    }
  }

  private static void assertRight(KernelRow row) {
    try (Arena arena = Arena.ofShared();
        Computation computation = row.checked(arena)) {
      computation.compute();
      computation.await();
    }
  }

  @Test
  void aWrongNumberIsNamed() {
    Product product = new Product(2, 3, 2000);
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> inputs = product.inputs(arena);
      Oracle oracle = new Oracle(product, inputs);
      oracle.check(index -> product.expected(inputs, index));
      assertThatThrownBy(
              () ->
                  oracle.check(
                      index -> product.expected(inputs, index) + (index == 3999 ? 0.01 : 0)))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("gemm/2x3x2000: number 3999 of 4000: expected ");
      assertThatThrownBy(() -> oracle.check(index -> Double.NaN))
          .hasMessageContaining("number 0 of 4000")
          .hasMessageContaining("got NaN");
    }
  }

  @Test
  void whatTheCheckInAForkThrowsFailsTheRow() {
    MicroCase.Method unknown =
        new MicroCase.Method(
            "gradwire.bench.kernel.KernelBenchmark.once", Map.of("row", "kernels/none"), 1);
    MicroCase failing =
        new MicroCase(
            "failing",
            MicroCase.MEMORY,
            "none",
            1,
            unknown,
            new MicroCase.Limit(unknown, "none"),
            0,
            true,
            null);
    MicroRows rows = new MicroRows(Plan.QUICK, List.of(failing));
    assertThatThrownBy(() -> rows.measure("failing"))
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("no such row: kernels/none");
  }

  @Test
  void everyRowHasANameOfItsOwnAndIsFoundByIt() {
    List<KernelRow> rows =
        Stream.of(Backend.values()).flatMap(backend -> Problems.of(backend).stream()).toList();
    assertThat(rows).extracting(KernelRow::name).doesNotHaveDuplicates();
    assertThat(rows).allMatch(row -> KernelRow.named(row.name()).equals(row));
    assertThat(rows).allMatch(row -> row.problem().work().bytes() > 0);
  }
}
