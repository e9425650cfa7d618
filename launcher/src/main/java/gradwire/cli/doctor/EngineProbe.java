package gradwire.cli.doctor;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Loads what the native engine stands on, by reflection: the launcher itself is built without
 * engines. Runs as a process of its own, with a worker's flags.
 */
public final class EngineProbe {
  static final int EXIT_ABSENT = 3;
  static final int EXIT_MISSING = 4;

  private EngineProbe() {}

  /** Prints one line about the kernels; exit code 0 if they are there. */
  public static void main(String[] args) {
    try {
      Class<?> kernels = Class.forName("gradwire.kernels.cpu.CpuKernels");
      Optional<?> missing = (Optional<?>) kernels.getMethod("missing").invoke(null);
      if (missing.isPresent()) {
        System.out.println(missing.get());
        System.exit(EXIT_MISSING);
      }
      System.out.println(kernels.getMethod("description").invoke(null));
    } catch (ClassNotFoundException absent) {
      System.exit(EXIT_ABSENT);
    } catch (InvocationTargetException broken) {
      System.out.println(String.valueOf(broken.getCause()));
      System.exit(EXIT_MISSING);
    } catch (ReflectiveOperationException | LinkageError broken) {
      System.out.println(broken);
      System.exit(EXIT_MISSING);
    }
  }
}
