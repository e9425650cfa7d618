package gradwire.tensor;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library. Thread-safe. */
final class Libc {
  private Libc() {}

  static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  /**
   * Calls a function that returns an int, negative for a failure.
   *
   * @throws IOException naming the function, if it failed
   */
  static int call(String name, MethodHandle function, Object... arguments) throws IOException {
    int result = (int) invoke(function, arguments);
    if (result < 0) {
      throw new IOException(name + " failed");
    }
    return result;
  }

  /** Calls a function that throws nothing. */
  static Object invoke(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
