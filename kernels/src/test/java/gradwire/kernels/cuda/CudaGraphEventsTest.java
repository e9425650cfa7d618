package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.testing.Gpu;
import org.junit.jupiter.api.Test;

/** Events recorded within a capture, seen from outside. */
final class CudaGraphEventsTest {
  @Test
  void anEventForTheOutsideHappensAtEachLaunch() {
    try (Gpu gpu = Gpu.open();
        CudaStream other = gpu.context().stream();
        CudaEvent begun = gpu.context().event();
        CudaEvent done = gpu.context().event()) {
      DeviceRange range = gpu.allocate(3);
      CudaGraph graph =
          gpu.stream()
              .capture(
                  () -> {
                    gpu.stream().fill(range, (byte) 1);
                    gpu.stream().recordOutside(done);
                  });
      gpu.stream().record(begun);
      gpu.stream().launch(graph);
      done.await();
      double first = done.millisSince(begun);
      gpu.stream().launch(graph);
      other.after(done);
      other.fill(range, (byte) 2);
      other.await();
      assertThat(done.millisSince(begun)).isGreaterThan(first);
      assertThat(gpu.bytes(range)).containsExactly(2, 2, 2);
    }
  }

  @Test
  void anEventForTheOutsideHasNotHappenedBeforeTheFirstLaunch() {
    try (Gpu gpu = Gpu.open();
        CudaEvent begun = gpu.context().event();
        CudaEvent done = gpu.context().event()) {
      gpu.stream().record(begun);
      gpu.stream().capture(() -> gpu.stream().recordOutside(done));
      gpu.stream().await();
      assertThatThrownBy(() -> done.millisSince(begun))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_INVALID_HANDLE (400)");
    }
  }

  @Test
  void aPlainRecordWithinACaptureDoesNotReachTheOutside() {
    try (Gpu gpu = Gpu.open();
        CudaEvent begun = gpu.context().event();
        CudaEvent done = gpu.context().event()) {
      gpu.stream().record(begun);
      CudaGraph graph = gpu.stream().capture(() -> gpu.stream().record(done));
      gpu.stream().launch(graph);
      gpu.stream().await();
      assertThatThrownBy(done::await)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_CAPTURED_EVENT (907)");
      assertThatThrownBy(() -> done.millisSince(begun)).isInstanceOf(CudaException.class);
      gpu.stream().record(done);
      done.await();
      assertThat(done.millisSince(begun)).isNotNegative();
    }
  }

  @Test
  void thereIsNoOutsideWithoutACapture() {
    try (Gpu gpu = Gpu.open();
        CudaEvent event = gpu.context().event()) {
      assertThatThrownBy(() -> gpu.stream().recordOutside(event))
          .isInstanceOf(CudaException.class)
          .hasMessage(
              "cuEventRecordWithFlags: expected a stream that captures, to record an event for the"
                  + " outside, got CUDA_ERROR_INVALID_VALUE (1); see the CUDA driver API's list of"
                  + " results");
    }
  }
}
