package gradwire.transport.grpc;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the payload of an arriving frame belongs. Called before its checksum is known. */
interface PayloadSink {
  /**
   * Where the payload shall be written.
   *
   * @param header the frame, its payload not yet there
   * @param numBytes how much there is, at most {@link Frame#MAX_PAYLOAD_BYTES}
   * @return exactly {@code numBytes} of memory; {@link Frame#NO_PAYLOAD} if it is not wanted
   * @throws IOException if this payload has no place here
   */
  MemorySegment destination(Frame header, int numBytes) throws IOException;

  /**
   * Where a payload that is not in the message lies already.
   *
   * @return {@code numFloats} floats
   * @throws IOException if nothing is shared
   */
  MemorySegment shared(Frame header, long numFloats) throws IOException;
}
