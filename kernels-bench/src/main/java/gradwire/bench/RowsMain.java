package gradwire.bench;

import gradwire.bench.harness.Child;
import gradwire.bench.harness.Plan;
import gradwire.bench.report.RowJson;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * The process that measures one group of rows. Arguments: suite, plan, names of rows. Lines out:
 * {@code row JSON} or {@code failed NAME WHY}, one for each name. Ends with its standard input.
 */
final class RowsMain {
  static final String ROW = "row ";
  static final String FAILED = "failed ";

  private RowsMain() {}

  public static void main(String[] args) {
    PrintStream rows = System.out;
    System.setOut(System.err); // JMH's word on this and that
    Child.endWithParent();
    Suite.Measuring measuring = Suite.of(args[0]).orElseThrow().measuring(Plan.of(args[1]));
    List<String> names = Arrays.asList(args).subList(2, args.length);
    try {
      measuring.warmUp(names);
      names.forEach(name -> rows.println(line(measuring, name)));
    } finally {
      Child.endDescendants();
    }
    Runtime.getRuntime().halt(0);
  }

  private static String line(Suite.Measuring measuring, String name) {
    try {
      return ROW + RowJson.line(measuring.measure(name));
    } catch (RuntimeException e) {
      return FAILED
          + name
          + " "
          + String.valueOf(e.getMessage() == null ? e : e.getMessage()).replaceAll("\\s+", " ");
    }
  }
}
