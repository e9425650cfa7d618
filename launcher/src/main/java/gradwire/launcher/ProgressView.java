package gradwire.launcher;

import gradwire.run.MetricsTail;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Shows how a run goes on: on a terminal one line, redrawn; elsewhere a line every five seconds,
 * and only if there is news. One thread (the launcher's).
 */
public final class ProgressView implements RunObserver {
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

  /** Back to the line's start, no wrapping at the edge, text, clear the rest, wrapping again. */
  private static final String REDRAW = "\r\033[?7l%s\033[K\033[?7h";

  private static final String ERASE = "\r\033[K";

  private final ProgressState state;
  private final MetricsTail tail;
  private final PrintStream out;
  private final Style style;
  private final InstantSource clock;
  private final Instant launchedAt;
  private Instant shownAt;
  private boolean hasNews;

  public ProgressView(LocalRun run, PrintStream out, Style style, InstantSource clock) {
    this.state = new ProgressState(run.experiment(), run.totalSteps());
    this.tail = new MetricsTail(run.folder().metrics());
    this.out = out;
    this.style = style;
    this.clock = clock;
    this.launchedAt = run.launchedAt();
    this.shownAt = clock.instant();
  }

  /** Takes in what the chief has written and shows it, if it is time. */
  @Override
  public void tick() {
    tail.poll()
        .forEach(
            record -> {
              state.add(record);
              hasNews = true;
            });
    Instant now = clock.instant();
    String line = state.line(Duration.between(launchedAt, now));
    if (style.isTerminal()) {
      out.printf(REDRAW, line);
      out.flush();
    } else if (hasNews && Duration.between(shownAt, now).compareTo(PLAIN_INTERVAL) >= 0) {
      out.println(line);
      shownAt = now;
      hasNews = false;
    }
  }

  /** Shows {@code line} above what is redrawn. */
  @Override
  public void news(String line) {
    out.println(style.isTerminal() ? ERASE + line : line);
  }

  /** Makes room for the summary. */
  public void end() {
    if (style.isTerminal()) {
      out.print(ERASE);
      out.flush();
    }
  }
}
