package gradwire.kernels.cuda;

/**
 * Something on a device that its context owns. Closing twice is harmless; using it after that is an
 * {@link IllegalStateException}. Whoever closes sees to it that no other thread is using it.
 */
public abstract sealed class CudaResource implements AutoCloseable
    permits DeviceMemory,
        PinnedMemory,
        RegisteredMemory,
        CudaStream,
        CudaEvent,
        CudaModule,
        CudaGraph {
  private final CudaContext context;
  private final DriverFunction destroy;
  private volatile long handle;

  CudaResource(CudaContext context, DriverFunction destroy, long handle) {
    this.context = context;
    this.destroy = destroy;
    this.handle = handle;
    context.own(this);
  }

  /** What the driver knows it by. */
  final long handle() {
    long open = handle;
    if (open == 0) {
      throw new IllegalStateException(getClass().getSimpleName() + " is closed");
    }
    return open;
  }

  final CudaContext context() {
    return context;
  }

  /** What else ends, before the driver's own; nothing here. */
  void beforeClose() {}

  /**
   * Gives it back to the driver. On a lost device there is nothing left to give back, and that is
   * no error.
   *
   * @throws CudaException if the driver refuses
   */
  @Override
  public final void close() {
    long open = handle;
    if (open != 0) {
      handle = 0;
      context.disown(this);
      beforeClose();
      context.destroy(destroy, open);
    }
  }
}
