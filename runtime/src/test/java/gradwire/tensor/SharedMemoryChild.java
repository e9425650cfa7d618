package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.io.IOException;

/** Another process: reads float 7, writes twice of it to float 8, says what it read. */
final class SharedMemoryChild {
  private SharedMemoryChild() {}

  /**
   * @param handle field by field
   */
  public static void main(String[] handle) throws IOException {
    SharedMemory.Handle parsed =
        new SharedMemory.Handle(
            Long.parseLong(handle[0]),
            Integer.parseInt(handle[1]),
            Long.parseLong(handle[2]),
            Long.parseLong(handle[3]),
            Long.parseLong(handle[4]));
    try (SharedMemory memory = SharedMemory.attach(parsed)) {
      float read = memory.floats().getAtIndex(JAVA_FLOAT, 7);
      memory.floats().setAtIndex(JAVA_FLOAT, 8, 2 * read);
      System.out.println(read);
    }
  }
}
