package gradwire.kernels.cuda;

/** Captured work, ready to be launched as a whole by one call. */
public final class CudaGraph extends CudaResource {
  private CudaGraph(CudaContext context, long handle) {
    super(context, DriverFunction.GRAPH_EXECUTABLE_DESTROY, handle);
  }

  /**
   * @param captured what was captured; destroyed by this
   */
  static CudaGraph of(CudaContext context, long captured) {
    try {
      return new CudaGraph(
          context,
          context.create(
              DriverFunction.GRAPH_INSTANTIATE, captured, 0, "captured work that can be launched"));
    } finally {
      context.destroy(DriverFunction.GRAPH_DESTROY, captured);
    }
  }
}
