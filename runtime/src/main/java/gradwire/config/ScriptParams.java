package gradwire.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers the flags of an entry class under one name each: leading dashes go, and the reference
 * notebook's {@code input_data} is {@code data_dir}. For one thread.
 */
public final class ScriptParams {
  /** The value of a flag that is given without one. */
  public static final String BARE = "true";

  private final Map<String, String> values = new LinkedHashMap<>();

  /** The one name of a flag. */
  public static String canonical(String flag) {
    String name = flag.startsWith("--") ? flag.substring(2) : flag;
    return name.equals("input_data") ? "data_dir" : name;
  }

  /**
   * Adds a flag under its one name.
   *
   * @return the value that it already had, if that is another one; it stays
   */
  public Optional<String> add(String flag, String value) {
    String first = values.putIfAbsent(canonical(flag), value);
    return Optional.ofNullable(first).filter(v -> !v.equals(value));
  }

  /** All flags in the order first given. */
  public Map<String, String> toMap() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
