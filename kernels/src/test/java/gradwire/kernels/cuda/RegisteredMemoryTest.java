package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cuda.testing.DriverDouble;
import gradwire.kernels.testing.Gpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class RegisteredMemoryTest {
  private static final long PAGE_BYTES = 4096;

  private static MemorySegment pages(Arena arena) {
    return arena.allocate(2 * PAGE_BYTES, PAGE_BYTES);
  }

  @Test
  void theDeviceReadsAndWritesWhatTheCallerOwns() {
    try (Gpu gpu = Gpu.open();
        Arena arena = Arena.ofConfined();
        RegisteredMemory memory = gpu.context().register(pages(arena))) {
      DeviceRange there = gpu.allocate(2 * PAGE_BYTES);
      memory.segment().fill((byte) 7);
      gpu.stream().upload(memory.segment(), there);
      gpu.stream().fill(there.slice(5, 3), (byte) -1);
      gpu.stream().download(there, memory.segment());
      gpu.stream().await();
      assertThat(memory.segment().asSlice(4, 5).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(7, -1, -1, -1, 7);
    }
  }

  @Test
  void theCallersMemoryOutlivesItsRegistration() {
    try (Gpu gpu = Gpu.open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment pages = pages(arena);
      gpu.context().register(pages).close();
      pages.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      gpu.context().register(pages).close();
      assertThat(pages.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    }
  }

  @Test
  void theContextUnregistersWhatIsLeft() {
    try (Arena arena = Arena.ofConfined();
        Gpu gpu = Gpu.open()) {
      gpu.context().register(pages(arena));
    } // which finds out, on the double, whether anything is left
  }

  @Test
  void memoryIsRegisteredOnce() {
    try (Gpu gpu = Gpu.open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment pages = pages(arena);
      try (RegisteredMemory first = gpu.context().register(pages)) {
        assertThatThrownBy(() -> gpu.context().register(first.segment()))
            .isInstanceOf(CudaException.class)
            .hasMessage(
                "cuMemHostRegister_v2: expected 8,192 bytes of this machine's memory that can be"
                    + " registered, got CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED (712); see the"
                    + " CUDA driver API's list of results");
      }
    }
  }

  @Test
  void closingWhatTheDriverDoesNotKnowIsTold() {
    DriverDouble driver = Gpu.driverDouble();
    try (CudaContext context = Gpu.open(driver);
        Arena arena = Arena.ofConfined()) {
      RegisteredMemory memory = context.register(pages(arena));
      context.destroy(DriverFunction.HOST_UNREGISTER, memory.handle());
      assertThatThrownBy(memory::close)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED (713)");
    }
  }

  @Test
  void memoryOnTheHeapAndNoMemoryAreRefused() {
    try (Gpu gpu = Gpu.open()) {
      assertThatThrownBy(() -> gpu.context().register(MemorySegment.ofArray(new long[1])))
          .hasMessage("register: expected at least 1 byte off-heap, got 8 on the heap");
      assertThatThrownBy(() -> gpu.context().register(MemorySegment.NULL))
          .hasMessage("register: expected at least 1 byte off-heap, got 0 off-heap");
    }
  }
}
