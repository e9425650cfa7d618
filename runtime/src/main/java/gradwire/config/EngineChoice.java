package gradwire.config;

/** What computes gradients of DL4J networks; the key {@code training.engine}. */
public enum EngineChoice {
  /** {@link #NATIVE} where it knows every layer and its libraries are there, else {@link #DL4J}. */
  AUTO,
  /** The network compiled to kernel calls; an error where that can't be. */
  NATIVE,
  /** DL4J's own layers. */
  DL4J;

  /** As a job file says it. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
