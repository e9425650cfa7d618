package gradwire.bench.report;

import java.util.List;
import java.util.Locale;

/** Rows as an SVG: one bar a row, as long as its percent of the limit; a line marks the limit. */
public final class RowChart {
  private static final int ROW_HEIGHT = 22;
  private static final int TOP = 56;
  private static final int NAMES_WIDTH = 290;
  private static final int LIMIT_WIDTH = 480;
  private static final int WIDTH = 1080;

  /** Bars end here: where a row beats its limit by more, the number tells. */
  private static final double MAX_PERCENT = 115;

  private RowChart() {}

  /** A whole SVG document. */
  public static String of(List<Row> rows) {
    int height = TOP + rows.size() * ROW_HEIGHT + 16;
    StringBuilder svg = new StringBuilder(head(height));
    for (int percent = 0; percent <= 100; percent += 25) {
      svg.append(gridLine(percent, height));
    }
    for (int i = 0; i < rows.size(); i++) {
      svg.append(bar(rows.get(i), TOP + i * ROW_HEIGHT));
    }
    return svg.append("</svg>\n").toString();
  }

  private static String head(int height) {
    return format(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
        font-family="sans-serif" font-size="12" fill="#222">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="8" y="20" font-size="15">Percent of the limit that the same run measured</text>
        """,
        WIDTH, height, WIDTH, height);
  }

  private static String gridLine(int percent, int height) {
    int x = x(percent);
    return format(
        """
        <line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/>
        <text x="%d" y="%d" text-anchor="middle" fill="#666">%d %%</text>
        """,
        x, TOP - 8, x, height - 10, percent == 100 ? "#c33" : "#ddd", x, TOP - 14, percent);
  }

  private static String bar(Row row, int y) {
    double percent = Double.isFinite(row.percentOfLimit()) ? row.percentOfLimit() : 0;
    int end = x(Math.min(percent, MAX_PERCENT));
    return format(
        """
        <text x="8" y="%d">%s</text>
        <rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>
        <text x="%d" y="%d">%.0f %%, %,.0f of %,.0f MB/s (%s)</text>
        """,
        y + 15,
        escaped(row.name()),
        NAMES_WIDTH,
        y + 3,
        end - NAMES_WIDTH,
        ROW_HEIGHT - 6,
        percent >= 80 ? "#3a8f5c" : percent >= 50 ? "#d6a532" : "#b9bec6",
        end + 6,
        y + 15,
        percent,
        row.mbPerSecond(),
        row.limitMbPerSecond(),
        escaped(row.limit()));
  }

  private static int x(double percent) {
    return NAMES_WIDTH + (int) Math.round(percent / 100 * LIMIT_WIDTH);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
