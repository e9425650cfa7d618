package gradwire.config;

/** The codec of push and pull. */
public enum WireFormat {
  /** Four bytes a number, little-endian, nothing lost. */
  FLOAT32("float32");

  private final String text;

  WireFormat(String text) {
    this.text = text;
  }

  /** As the job file says it. */
  public String text() {
    return text;
  }
}
