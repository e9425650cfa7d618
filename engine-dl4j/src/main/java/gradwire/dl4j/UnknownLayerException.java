package gradwire.dl4j;

/** A network that the compiler has no kernels for; the message names the layer. */
final class UnknownLayerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param layer which one
   * @param what it has that isn't known
   */
  UnknownLayerException(String layer, String what) {
    super(layer + " has " + what);
    reason = layer + " has " + what;
  }

  /** Which layer has what. */
  String reason() {
    return reason;
  }
}
