package gradwire.server.checkpoint;

import java.util.SortedMap;

/**
 * One server's file of a checkpoint.
 *
 * @param file its name in the checkpoint's folder
 * @param bytes its length
 * @param sha256 of the whole file, in hexadecimal
 * @param begin first element of the flat parameter vector that it holds
 * @param length how many it holds, of each vector
 * @param vectors weights and slots
 * @param staleness the shard's counts by index, those that are not 0
 */
public record Part(
    String file,
    long bytes,
    String sha256,
    long begin,
    long length,
    int vectors,
    SortedMap<Integer, Long> staleness) {
  /** First element behind it. */
  long end() {
    return begin + length;
  }
}
