package gradwire.bench.report;

import gradwire.bench.report.Work.Bound;
import java.util.Comparator;
import java.util.List;

/**
 * What one kind of memory and the processor beside it give.
 *
 * @param gigabytes a second, NaN if no row was held against it
 * @param gigaflops a second, NaN if no row was held against it
 */
record Roof(String where, double gigabytes, double gigaflops) {
  /** The largest rate of arithmetic, and the rate of the most bytes: smaller ones are cached. */
  static Roof of(String where, List<RooflinePoint> points) {
    return new Roof(
        where,
        points.stream()
            .filter(point -> isHeld(point, where, Bound.MEMORY))
            .max(Comparator.comparingLong(point -> point.work().bytes()))
            .map(point -> point.row().limitMbPerSecond() / 1e3)
            .orElse(Double.NaN),
        points.stream()
            .filter(point -> isHeld(point, where, Bound.ARITHMETIC))
            .mapToDouble(point -> point.row().limitMbPerSecond() / 1e3)
            .max()
            .orElse(Double.NaN));
  }

  /** Whether there is anything to draw. */
  boolean isKnown() {
    return gigabytes > 0 || gigaflops > 0;
  }

  private static boolean isHeld(RooflinePoint point, String where, Bound bound) {
    return point.row().transport().equals(where)
        && point.work().bound() == bound
        && point.row().limitMbPerSecond() > 0;
  }
}
