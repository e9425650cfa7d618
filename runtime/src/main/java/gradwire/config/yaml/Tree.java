package gradwire.config.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A YAML value that knows its dotted key and its place. Immutable. */
public sealed interface Tree {
  /** Dotted, e.g. {@code estimator.worker_count} or {@code cluster.ps[0]}; empty for the root. */
  String key();

  Place place();

  /** The value as an error message shows it. */
  String shown();

  /** What YAML's core schema takes an unquoted word for. */
  enum Kind {
    TEXT,
    WHOLE_NUMBER,
    NUMBER,
    FLAG,
    NOTHING
  }

  /**
   * A single value.
   *
   * @param text as written, quotes and escapes resolved
   */
  record Scalar(String key, Place place, Kind kind, String text) implements Tree {
    private static final int MAX_SHOWN_CHARS = 60;

    @Override
    public String shown() {
      return switch (kind) {
        case TEXT -> '"' + shortened() + '"';
        case WHOLE_NUMBER, NUMBER, FLAG -> shortened();
        case NOTHING -> "nothing";
      };
    }

    /** The value if it is a whole number of at most 64 bits; decimal, {@code 0x} or {@code 0o}. */
    public OptionalLong wholeNumber() {
      if (kind != Kind.WHOLE_NUMBER) {
        return OptionalLong.empty();
      }
      try {
        return OptionalLong.of(
            text.startsWith("0o") ? Long.parseLong(text.substring(2), 8) : Long.decode(decimal()));
      } catch (NumberFormatException tooBig) {
        return OptionalLong.empty();
      }
    }

    /** The value if it is a finite number. */
    public OptionalDouble number() {
      OptionalLong whole = wholeNumber();
      if (whole.isPresent()) {
        return OptionalDouble.of(whole.getAsLong());
      }
      return kind == Kind.NUMBER || kind == Kind.WHOLE_NUMBER ? finite() : OptionalDouble.empty();
    }

    /** The value if it is true or false. */
    public Optional<Boolean> flag() {
      return kind == Kind.FLAG ? Optional.of(Boolean.parseBoolean(text)) : Optional.empty();
    }

    private OptionalDouble finite() {
      try {
        double value = Double.parseDouble(text);
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
      } catch (NumberFormatException infinite) {
        return OptionalDouble.empty();
      }
    }

    /** Without the leading zeros that {@link Long#decode} takes for octal. */
    private String decimal() {
      return text.replaceFirst("^([-+]?)0+(?=\\d)", "$1");
    }

    private String shortened() {
      return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
    }
  }

  /** A list. */
  record Sequence(String key, Place place, List<Tree> items) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String shown() {
      return "a list";
    }
  }

  /** A map, in the order written. */
  record Mapping(String key, Place place, Map<String, Entry> entries) implements Tree {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String shown() {
      return "a map";
    }

    public Optional<Tree> get(String name) {
      return Optional.ofNullable(entries.get(name)).map(Entry::value);
    }

    /** The same map with one entry put in place of, or after, the others. */
    public Mapping with(String name, Entry entry) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.put(name, entry);
      return new Mapping(key, place, changed);
    }

    /** The same map with one entry left out. */
    public Mapping without(String name) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.remove(name);
      return new Mapping(key, place, changed);
    }

    /** The dotted key of an entry of this map. */
    public String keyOf(String name) {
      return key.isEmpty() ? name : key + "." + name;
    }
  }

  /**
   * One entry of a map.
   *
   * @param place of the key; the value knows its own
   */
  record Entry(Place place, Tree value) {}
}
