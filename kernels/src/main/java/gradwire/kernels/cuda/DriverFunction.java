package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/**
 * The functions of the driver library that are called. Versioned names where there are several, as
 * the C header has it: the plain ones are of CUDA 2 and 3, with other types.
 */
enum DriverFunction {
  INIT("cuInit", "i"),
  DRIVER_VERSION("cuDriverGetVersion", "p"),
  ERROR_NAME("cuGetErrorName", "ip"),
  DEVICE_COUNT("cuDeviceGetCount", "p"),
  DEVICE_NAME("cuDeviceGetName", "pii"),
  DEVICE_ATTRIBUTE("cuDeviceGetAttribute", "pii"),
  DEVICE_MEMORY("cuDeviceTotalMem_v2", "pi"),
  CONTEXT_RETAIN("cuDevicePrimaryCtxRetain", "pi"),
  CONTEXT_RELEASE("cuDevicePrimaryCtxRelease_v2", "i"),
  CONTEXT_CURRENT("cuCtxSetCurrent", "p"),
  CONTEXT_AWAIT("cuCtxSynchronize", ""),
  MEMORY_INFO("cuMemGetInfo_v2", "pp"),
  MEMORY_ALLOCATE("cuMemAlloc_v2", "pp"),
  MEMORY_FREE("cuMemFree_v2", "p"),
  PINNED_ALLOCATE("cuMemHostAlloc", "ppi"),
  PINNED_FREE("cuMemFreeHost", "p"),
  HOST_REGISTER("cuMemHostRegister_v2", "ppi"),
  HOST_UNREGISTER("cuMemHostUnregister", "p"),
  COPY_TO_DEVICE("cuMemcpyHtoDAsync_v2", "pppp"),
  COPY_TO_HOST("cuMemcpyDtoHAsync_v2", "pppp"),
  COPY_ON_DEVICE("cuMemcpyDtoDAsync_v2", "pppp"),
  FILL("cuMemsetD8Async", "pbpp"),
  MODULE_LOAD("cuModuleLoadDataEx", "ppipp"),
  MODULE_UNLOAD("cuModuleUnload", "p"),
  MODULE_FUNCTION("cuModuleGetFunction", "ppp"),
  STREAM_CREATE("cuStreamCreate", "pi"),
  STREAM_DESTROY("cuStreamDestroy_v2", "p"),
  STREAM_AWAIT("cuStreamSynchronize", "p"),
  STREAM_WAIT_EVENT("cuStreamWaitEvent", "ppi"),
  STREAM_BEGIN_CAPTURE("cuStreamBeginCapture_v2", "pi"),
  STREAM_END_CAPTURE("cuStreamEndCapture", "pp"),
  EVENT_CREATE("cuEventCreate", "pi"),
  EVENT_DESTROY("cuEventDestroy_v2", "p"),
  EVENT_RECORD("cuEventRecord", "pp"),
  EVENT_RECORD_FLAGS("cuEventRecordWithFlags", "ppi"),
  EVENT_AWAIT("cuEventSynchronize", "p"),
  EVENT_ELAPSED("cuEventElapsedTime", "ppp"),
  GRAPH_INSTANTIATE("cuGraphInstantiateWithFlags", "ppp"),
  GRAPH_LAUNCH("cuGraphLaunch", "pp"),
  GRAPH_DESTROY("cuGraphDestroy", "p"),
  GRAPH_EXECUTABLE_DESTROY("cuGraphExecDestroy", "p"),
  /** Last, and called by its own type. */
  LAUNCH("cuLaunchKernel", "piiiiiiippp");

  private final String symbol;
  private final String parameters;

  /**
   * @param parameters {@code p}: a pointer, a size, a handle; {@code i}: an int; {@code b}: an
   *     unsigned char, which is passed as an int
   */
  DriverFunction(String symbol, String parameters) {
    this.symbol = symbol;
    this.parameters = parameters;
  }

  /** As the library exports it. */
  String symbol() {
    return symbol;
  }

  /** Pointers are longs: nothing here needs a segment, and a long costs nothing. */
  FunctionDescriptor type() {
    return FunctionDescriptor.of(
        JAVA_INT,
        parameters
            .chars()
            .mapToObj(kind -> kind == 'p' ? JAVA_LONG : JAVA_INT)
            .toArray(MemoryLayout[]::new));
  }
}
