package gradwire.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Rows as an SVG: operations a second over operations per byte, both logarithmic, under the roofs
 * that the same run measured. A point is a row, its colour who computed it; a list beside has names
 * by number. Williams, Waterman, Patterson, "Roofline", 2009.
 */
public final class Roofline {
  private static final int WIDTH = 1160;
  private static final int LEFT = 60;
  private static final int RIGHT = 660;
  private static final int TOP = 56;
  private static final int LEAST_BOTTOM = 520;
  private static final int LIST_LEFT = 690;
  private static final int LINE_HEIGHT = 14;
  private final List<RooflinePoint> points;
  private final List<Roof> roofs;
  private final int bottom;
  private final LogAxis x;
  private final LogAxis y;

  private Roofline(List<Row> rows) {
    points = rows.stream().flatMap(RooflinePoint::of).toList();
    roofs =
        points.stream()
            .map(point -> point.row().transport())
            .distinct()
            .map(where -> Roof.of(where, points))
            .filter(Roof::isKnown)
            .toList();
    bottom = Math.max(LEAST_BOTTOM, TOP + points.size() * LINE_HEIGHT);
    x = LogAxis.of(points.stream().mapToDouble(RooflinePoint::flopsPerByte), LEFT, RIGHT);
    y =
        LogAxis.of(
            DoubleStream.concat(
                points.stream().mapToDouble(RooflinePoint::gigaflops),
                roofs.stream().mapToDouble(Roof::gigaflops)),
            bottom,
            TOP);
  }

  /** A whole SVG document; of rows that say what work they do. */
  public static String of(List<Row> rows) {
    return new Roofline(rows).svg();
  }

  private String svg() {
    StringBuilder svg = new StringBuilder(head());
    for (int exponent = x.from(); exponent <= x.to(); exponent++) {
      svg.append(column(exponent));
    }
    for (int exponent = y.from(); exponent <= y.to(); exponent++) {
      svg.append(line(exponent));
    }
    roofs.forEach(roof -> svg.append(roof(roof)));
    for (int i = 0; i < points.size(); i++) {
      svg.append(point(points.get(i), i + 1));
    }
    return svg.append("</svg>\n").toString();
  }

  private String head() {
    return format(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
        font-family="sans-serif" font-size="11" fill="#222">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="8" y="20" font-size="15">GFLOP/s over FLOP per byte, under the roofs that the \
        same run measured</text>
        """,
        WIDTH, bottom + 40, WIDTH, bottom + 40);
  }

  private String column(int exponent) {
    double at = x.at(Math.pow(10, exponent));
    return format(
        """
        <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/>
        <text x="%.1f" y="%d" text-anchor="middle" fill="#666">%s</text>
        """,
        at, TOP, at, bottom, at, bottom + 16, power(exponent));
  }

  private String line(int exponent) {
    double at = y.at(Math.pow(10, exponent));
    return format(
        """
        <line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>
        <text x="%d" y="%.1f" text-anchor="end" fill="#666">%s</text>
        """,
        LEFT, at, RIGHT, at, LEFT - 6, at + 4, power(exponent));
  }

  private static String power(int exponent) {
    return exponent < 0 ? "0." + "0".repeat(-exponent - 1) + "1" : "1" + "0".repeat(exponent);
  }

  /** From the left along the memory's roof to the ridge, then flat; as much of it as is known. */
  private String roof(Roof roof) {
    double slope = Double.isNaN(roof.gigabytes()) ? Double.POSITIVE_INFINITY : roof.gigabytes();
    double flat = Double.isNaN(roof.gigaflops()) ? y.most() : roof.gigaflops();
    double begin = Math.max(x.least(), y.least() / slope);
    double ridge = Math.clamp(flat / slope, begin, Math.max(begin, x.most()));
    String label =
        (Double.isNaN(roof.gigabytes()) ? "" : format(" %,.1f GB/s", roof.gigabytes()))
            + (Double.isNaN(roof.gigaflops()) ? "" : format(" %,.0f GFLOP/s", roof.gigaflops()));
    double top = y.at(Math.min(flat, x.most() * slope));
    boolean isSloped = ridge > begin;
    return format(
        """
        <polyline fill="none" stroke="#c33" stroke-width="1.5" points="%.1f,%.1f %.1f,%.1f %.1f,%.1f"/>
        <text x="%.1f" y="%.1f" text-anchor="end" fill="#c33">%s:%s</text>
        """,
        x.at(begin),
        y.at(Math.min(flat, begin * slope)),
        x.at(ridge),
        y.at(Math.min(flat, ridge * slope)),
        (double) RIGHT,
        top,
        isSloped ? x.at(ridge) - 8 : RIGHT - 4.0,
        isSloped ? top + 4 : top - 5,
        RowChart.escaped(roof.where()),
        label);
  }

  private String point(RooflinePoint point, int number) {
    int listed = TOP + number * LINE_HEIGHT - 4;
    String name = RowChart.escaped(point.row().name().replaceFirst("^kernels/", ""));
    return format(
        """
        <circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>
        <text x="%.1f" y="%.1f" font-size="9">%d</text>
        <text x="%d" y="%d" fill="%s">%d %s, %s GFLOP/s</text>
        """,
        x.at(point.flopsPerByte()),
        y.at(point.gigaflops()),
        point.colour(),
        x.at(point.flopsPerByte()) + 5,
        y.at(point.gigaflops()) - 3,
        number,
        LIST_LEFT,
        listed,
        point.colour(),
        number,
        name,
        point.gigaflops() < 100
            ? format("%.3g", point.gigaflops())
            : format("%,.0f", point.gigaflops()));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
