package gradwire.run;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/** How a run ended. */
public enum RunStatus {
  @SerializedName("succeeded")
  SUCCEEDED,
  @SerializedName("failed")
  FAILED,
  @SerializedName("stopped")
  STOPPED;

  /** As {@code result.json} spells it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
