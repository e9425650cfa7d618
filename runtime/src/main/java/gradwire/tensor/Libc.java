package gradwire.tensor;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library. Thread-safe. */
public final class Libc {
  private Libc() {}

  /** A handle on one of them; exact invocations of it are as cheap as a call from C. */
  public static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  /**
   * Calls a function that returns an int, negative for a failure.
   *
   * @throws IOException naming the function, if it failed
   */
  public static int call(String name, MethodHandle function, Object... arguments)
      throws IOException {
    int result = (int) invoke(function, arguments);
    if (result < 0) {
      throw new IOException(name + " failed");
    }
    return result;
  }

  /** Calls a function that throws nothing. */
  public static Object invoke(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
