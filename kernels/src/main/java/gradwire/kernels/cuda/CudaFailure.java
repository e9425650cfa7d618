package gradwire.kernels.cuda;

import java.util.Arrays;

/** What kind of thing went wrong, and so what can be done. */
public enum CudaFailure {
  /** Nothing of the context is usable any more; memory on the device is lost. */
  DEVICE_LOST(
      "start the process anew; if it happens again, look at nvidia-smi -q and the system log for"
          + " the device",
      46,
      214,
      220,
      700,
      702,
      709,
      710,
      714,
      715,
      716,
      717,
      718,
      719),
  OUT_OF_MEMORY("free device memory, or make the batch or the shard smaller", 2),
  NO_DEVICE("install a device, or let this process see one (CUDA_VISIBLE_DEVICES)", 100, 101),
  /** Code for another device, or for a newer driver. */
  CODE_REFUSED("update the driver, or use a device of compute capability 7.5 or newer", 209, 222),
  /** Code that is none. */
  CODE_DAMAGED("build the kernels anew", 200, 218, 500),
  DRIVER_MISMATCH("restart the machine: the driver was updated under the running one", 803, 804),
  NO_CONTEXT("attach this thread to the context first", 201),
  OTHER("see the CUDA driver API's list of results");

  private final String remedy;
  private final int[] results;

  CudaFailure(String remedy, int... results) {
    this.remedy = remedy;
    this.results = results;
  }

  /** What to do next. */
  String remedy() {
    return remedy;
  }

  /** What the driver's {@code result}, not 0, means. */
  static CudaFailure of(int result) {
    return Arrays.stream(values())
        .filter(failure -> Arrays.stream(failure.results).anyMatch(r -> r == result))
        .findAny()
        .orElse(OTHER);
  }
}
