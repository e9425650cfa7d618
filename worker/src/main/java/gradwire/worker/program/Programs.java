package gradwire.worker.program;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.lang.reflect.InvocationTargetException;

/** Finds entry classes on the class path. */
public final class Programs {
  private static final String PLACE = "estimator.entry_class";

  private Programs() {}

  /**
   * An instance of the named class.
   *
   * @throws UsageException if there is no such class, or it is no training program
   */
  public static TrainingProgram load(String className) {
    try {
      Object instance = Class.forName(className).getDeclaredConstructor().newInstance();
      if (instance instanceof TrainingProgram program) {
        return program;
      }
      throw new UsageException(
          Expect.message(
              PLACE,
              "a class that implements " + TrainingProgram.class.getName(),
              className,
              "implement it"));
    } catch (ClassNotFoundException e) {
      throw new UsageException(
          Expect.message(
              PLACE, "a class on the class path", className, "check its spelling and package"),
          e);
    } catch (InvocationTargetException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UsageException(
          Expect.message(
              PLACE,
              "a class that can be made",
              className + " (" + cause + ")",
              "see what it does when it is loaded"),
          cause);
    } catch (ReflectiveOperationException e) {
      throw new UsageException(
          Expect.message(
              PLACE,
              "a public class with a public constructor without parameters",
              className + " (" + e + ")",
              "give it one"),
          e);
    }
  }
}
