package gradwire.trace;

import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Several tasks' traces in one file, line by line. Arrows that miss an end (it was dropped, or its
 * task died) are left out. For one thread.
 */
final class TraceMerge {
  private final List<Path> files;
  private final Set<Long> begun = new HashSet<>();
  private final Set<Long> ended = new HashSet<>();
  private long numDropped;

  TraceMerge(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /**
   * @throws GradwireException if a file is damaged or {@code merged} can't be written; then it
   *     isn't
   */
  void write(Path merged) {
    files.forEach(this::noteFlows);
    begun.retainAll(ended);
    AtomicFiles.write(
        merged,
        stream -> {
          Writer writer =
              new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
          write(writer);
          writer.flush();
        });
  }

  private void write(Writer writer) throws IOException {
    String tasks =
        files.stream()
            .map(file -> String.valueOf(file.getFileName()).replace(".json", ""))
            .collect(Collectors.joining(" "));
    writer.write(TraceText.head("tasks", tasks, numDropped));
    String separator = "";
    for (Path file : files) {
      try (EventLines events = new EventLines(file)) {
        for (String event = events.next(); event != null; event = events.next()) {
          if (!isFlow(event) || begun.contains(flowId(event))) {
            writer.write(separator);
            writer.write(event);
            separator = TraceText.NEXT;
          }
        }
      }
    }
    writer.write(TraceText.TAIL);
  }

  private void noteFlows(Path file) {
    try (EventLines events = new EventLines(file)) {
      numDropped += events.numDropped();
      for (String event = events.next(); event != null; event = events.next()) {
        if (isFlow(event)) {
          noteFlow(event);
        }
      }
    }
  }

  private void noteFlow(String event) {
    switch (event.charAt(event.indexOf(TaskTrace.FLOW_PHASE) + TaskTrace.FLOW_PHASE.length())) {
      case 's' -> begun.add(flowId(event));
      case 'f' -> ended.add(flowId(event));
      default -> {}
    }
  }

  private static boolean isFlow(String event) {
    return event.startsWith(TaskTrace.FLOW_PREFIX);
  }

  private static long flowId(String event) {
    int end = event.indexOf(TaskTrace.FLOW_PHASE);
    return Long.parseUnsignedLong(event, TaskTrace.FLOW_PREFIX.length(), end, 16);
  }
}
