package gradwire.server.store;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.error.GradwireException;
import gradwire.tensor.MappedFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;

/**
 * Two versions in a mapped file. The page cache keeps what was written when the process is killed,
 * so one store in memory, of the word that says which table counts, is a commit; nothing waits for
 * a disk.
 */
public final class FileStore implements ShardStore {
  private static final long MAGIC = 0x3154_4154_5352_5747L; // "GWRSTAT1"
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  // Words of the header.
  private static final int MAGIC_AT = 0;
  private static final int NUM_FLOATS_AT = 8;
  private static final int NUM_VECTORS_AT = 16;
  private static final int NUM_WORKERS_AT = 24;
  private static final int REQUEST_BYTES_AT = 32;
  private static final int REQUEST_CHECKSUM_AT = 40;
  private static final int BOOT_AT = 48;

  /** Whether all of the file is on the disk, as after a close in good order. */
  private static final int FORCED_AT = 56;

  /** The word that counts, on a cache line of its own: 0 or 1, which table. */
  private static final int CURRENT_AT = 128;

  private final MappedFile file;
  private final MemorySegment memory;
  private final StateLayout layout;
  private final ShardTable[] tables;
  private int current;

  private FileStore(MappedFile file, StateLayout layout) {
    this.file = file;
    this.memory = file.memory();
    this.layout = layout;
    this.tables = new ShardTable[] {table(0), table(1)};
    this.current = (int) (long) LONG.getVolatile(memory, (long) CURRENT_AT);
  }

  private ShardTable table(int index) {
    return new ShardTable(
        memory.asSlice(layout.table(index), layout.tableBytes()), layout.numWorkers());
  }

  /**
   * A new file; an older one of that name is replaced once the new one is whole.
   *
   * @param request kept beside the state
   * @param numVectors weights and slots
   * @param boot differs from one start of the machine to the next
   * @throws GradwireException if there is no room for it
   */
  public static FileStore create(
      Path path, byte[] request, long numFloats, int numVectors, int numWorkers, long boot) {
    StateLayout layout = new StateLayout(numFloats, numVectors, numWorkers, request.length);
    Path unfinished = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.deleteIfExists(unfinished);
      MappedFile file = MappedFile.create(unfinished, layout.numBytes());
      writeHeader(file.memory(), layout, request, boot);
      Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
      return new FileStore(file, layout);
    } catch (IOException e) {
      giveBack(unfinished);
      throw new GradwireException(
          path
              + ": expected room for a state of "
              + layout.numBytes()
              + " bytes, got "
              + e
              + "; free disk space, use more servers, or choose another place with --run-dir",
          e);
    }
  }

  /** A full disk need not stay full of what is of no use. */
  private static void giveBack(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException alreadyReported) {
      // The failure to make it is the news.
    }
  }

  private static void writeHeader(
      MemorySegment memory, StateLayout layout, byte[] request, long boot) {
    MemorySegment.copy(request, 0, memory, JAVA_BYTE, layout.request(), request.length);
    ShardTable first =
        new ShardTable(memory.asSlice(layout.table(0), layout.tableBytes()), layout.numWorkers());
    first.setRun(0, 0, ShardTable.NONE, ShardTable.NONE, 0, 0);
    first.seal();
    memory.set(JAVA_LONG, NUM_FLOATS_AT, layout.numFloats());
    memory.set(JAVA_LONG, NUM_VECTORS_AT, layout.numVectors());
    memory.set(JAVA_LONG, NUM_WORKERS_AT, layout.numWorkers());
    memory.set(JAVA_LONG, REQUEST_BYTES_AT, request.length);
    memory.set(JAVA_LONG, REQUEST_CHECKSUM_AT, checksum(request));
    memory.set(JAVA_LONG, BOOT_AT, boot);
    memory.set(JAVA_LONG, MAGIC_AT, MAGIC);
  }

  private static long checksum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return sum.getValue();
  }

  /**
   * The state that an earlier process left.
   *
   * @param boot as given to {@link #create}; another one is taken only if the file was closed in
   *     good order, as a machine that went down may not have written all of it
   * @throws GradwireException naming what is wrong with the file
   */
  public static FileStore open(Path path, long boot) {
    MappedFile file;
    try {
      file = MappedFile.open(path);
    } catch (IOException e) {
      throw unusable(path, "a state file", e.toString());
    }
    try {
      return open(path, file, boot);
    } catch (GradwireException damaged) {
      file.close();
      throw damaged;
    }
  }

  /**
   * Looks at what an earlier process left, as {@link #open} does, and changes nothing.
   *
   * @return what the chief brought when the state was made
   */
  static byte[] inspect(Path path, long boot) {
    try (MappedFile file = MappedFile.open(path)) {
      FileStore store = new FileStore(file, layout(path, file.memory(), boot));
      store.expectSound(path);
      return store.request();
    } catch (IOException e) {
      throw unusable(path, "a state file", e.toString());
    }
  }

  private static FileStore open(Path path, MappedFile file, long boot) {
    FileStore store = new FileStore(file, layout(path, file.memory(), boot));
    store.expectSound(path);
    store.memory.set(JAVA_LONG, BOOT_AT, boot);
    store.memory.set(JAVA_LONG, FORCED_AT, 0);
    return store;
  }

  private static StateLayout layout(Path path, MemorySegment memory, long boot) {
    long length = memory.byteSize();
    if (length <= CURRENT_AT || memory.get(JAVA_LONG, MAGIC_AT) != MAGIC) {
      throw unusable(path, "a state file of this version", "another file of " + length + " bytes");
    }
    StateLayout layout =
        new StateLayout(
            memory.get(JAVA_LONG, NUM_FLOATS_AT),
            (int) memory.get(JAVA_LONG, NUM_VECTORS_AT),
            (int) memory.get(JAVA_LONG, NUM_WORKERS_AT),
            (int) memory.get(JAVA_LONG, REQUEST_BYTES_AT));
    if (layout.numBytes() != length) {
      throw unusable(path, layout.numBytes() + " bytes", length + " bytes");
    }
    if (memory.get(JAVA_LONG, BOOT_AT) != boot && memory.get(JAVA_LONG, FORCED_AT) == 0) {
      throw unusable(
          path, "a file closed before the machine went down", "one that was in use then");
    }
    return layout;
  }

  private void expectSound(Path path) {
    boolean sound =
        current >= 0
            && current < tables.length
            && tables[current].isSound()
            && checksum(request()) == memory.get(JAVA_LONG, REQUEST_CHECKSUM_AT);
    if (!sound) {
      throw unusable(path, "the checksums of its tables", "others");
    }
  }

  private static GradwireException unusable(Path path, String expected, String got) {
    return new GradwireException(
        path
            + ": expected "
            + expected
            + ", got "
            + got
            + "; remove it to begin again from a checkpoint, or from the start");
  }

  /** What the chief brought when the state was made. */
  public byte[] request() {
    return memory.asSlice(layout.request(), layout.requestBytes()).toArray(JAVA_BYTE);
  }

  @Override
  public int numVersions() {
    return StateLayout.NUM_VERSIONS;
  }

  @Override
  public MemorySegment vector(int version, int vector) {
    return memory.asSlice(layout.vector(version, vector), layout.vectorBytes());
  }

  @Override
  public ShardTable current() {
    return tables[current];
  }

  @Override
  public ShardTable next() {
    return tables[1 - current];
  }

  @Override
  public void publish() {
    next().seal();
    current = 1 - current;
    LONG.setVolatile(memory, (long) CURRENT_AT, (long) current);
  }

  @Override
  public MemorySegment staleness() {
    return memory.asSlice(layout.staleness(), StateLayout.STALENESS_LONGS * (long) Long.BYTES);
  }

  @Override
  public void force() {
    file.force();
    memory.set(JAVA_LONG, FORCED_AT, 1);
    file.force();
  }

  /** The file stays as it is. */
  @Override
  public void close() {
    file.close();
  }
}
