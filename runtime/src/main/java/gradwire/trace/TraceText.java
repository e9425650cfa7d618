package gradwire.trace;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** The lines of a trace that are not events. */
final class TraceText {
  /** Between two lines. */
  static final String NEXT = ",\n";

  static final String TAIL = "\n]}\n";

  private static final String EVENTS = ",\"traceEvents\":[";

  private TraceText() {}

  /** The first line. */
  static String head(String key, String value, long numDropped) {
    JsonObject other = new JsonObject();
    other.addProperty(key, value);
    other.addProperty(TaskTrace.DROPPED, numDropped);
    return "{\"displayTimeUnit\":\"ns\",\"otherData\":" + other + EVENTS + "\n";
  }

  /** How many events the recorder of the file that begins with {@code head} dropped. */
  static long numDropped(String head) {
    return com.google.gson.JsonParser.parseString(head + "]}")
        .getAsJsonObject()
        .getAsJsonObject("otherData")
        .get(TaskTrace.DROPPED)
        .getAsLong();
  }

  /** Names a process or a thread. */
  static String name(String kind, int pid, int tid, String name) {
    return "{\"name\":\"%s\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":%s}}"
        .formatted(kind, pid, tid, new JsonPrimitive(name));
  }

  /** Viewers show processes in the order of their numbers. */
  static String sortIndex(int pid) {
    return (NEXT
            + "{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":%d,\"tid\":0,"
            + "\"args\":{\"sort_index\":%d}}")
        .formatted(pid, pid);
  }
}
