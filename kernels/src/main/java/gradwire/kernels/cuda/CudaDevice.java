package gradwire.kernels.cuda;

/**
 * One GPU.
 *
 * @param ordinal its number among those that this process sees, and the driver's handle of it
 * @param name the vendor's
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param memoryBytes all of its memory
 * @param cacheBytes its level 2 cache
 */
public record CudaDevice(
    int ordinal,
    String name,
    int major,
    int minor,
    long memoryBytes,
    int numMultiprocessors,
    int cacheBytes) {
  /** Such as {@code 9.0}. */
  public String computeCapability() {
    return major + "." + minor;
  }
}
