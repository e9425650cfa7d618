package gradwire.transport.grpc;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the payload of an arriving frame is written. Called on the connection's thread. */
interface PayloadSink {
  /**
   * @param header the frame, its payload not yet there
   * @param numBytes how much there is, at most {@link Frame#MAX_PAYLOAD_BYTES}
   * @return exactly {@code numBytes} of memory
   * @throws IOException if this payload has no place here
   */
  MemorySegment destination(Frame header, int numBytes) throws IOException;

  /**
   * The frame was refused after its destination was given; {@link Frame#NO_PAYLOAD} if none was.
   */
  void abandoned(MemorySegment destination);
}
