package gradwire.cli.doctor;

import java.lang.reflect.InvocationTargetException;

/**
 * Loads ND4J's backend and does one addition with it, by reflection: the launcher itself is built
 * without ND4J. Runs as a process of its own, since a native library that fails may take it down.
 */
public final class BackendProbe {
  static final int EXIT_ABSENT = 3;
  private static final int EXIT_BROKEN = 4;

  private BackendProbe() {}

  /** Prints one line about the backend; exit code 0 if it works. */
  public static void main(String[] args) {
    try {
      Class<?> nd4j = Class.forName("org.nd4j.linalg.factory.Nd4j");
      Object two = nd4j.getMethod("scalar", float.class).invoke(null, 2f);
      Object sum = two.getClass().getMethod("add", Number.class).invoke(two, 2);
      Object backend = nd4j.getMethod("getBackend").invoke(null);
      System.out.println(backend.getClass().getSimpleName() + " loads; 2 + 2 = " + sum);
    } catch (ClassNotFoundException absent) {
      System.exit(EXIT_ABSENT);
    } catch (InvocationTargetException broken) {
      System.out.println(String.valueOf(broken.getCause()));
      System.exit(EXIT_BROKEN);
    } catch (ReflectiveOperationException | LinkageError broken) {
      System.out.println(broken);
      System.exit(EXIT_BROKEN);
    }
  }
}
