package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import gradwire.transport.Outcome;
import gradwire.transport.grpc.proto.TensorFrame;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our frames against the class that protoc generates: the same bytes, either way. */
final class FrameWireTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1021, 4096, 4097, 79_510, Frame.MAX_PAYLOAD_BYTES / Float.BYTES})
  void generatedCodeReadsWhatWeWrite(int numFloats) throws InvalidProtocolBufferException {
    MemorySegment payload = Frames.floats(numFloats, numFloats);

    TensorFrame read =
        TensorFrame.parseFrom(Frames.written(Frames.push(11, 11L + numFloats, payload)));

    assertThat(read.getKind()).isEqualTo(TensorFrame.Kind.PUSH);
    assertThat(read.getWorker()).isEqualTo(3);
    assertThat(read.getIncarnation()).isEqualTo(2);
    assertThat(read.getSequence()).isEqualTo(77);
    assertThat(read.getStep()).isEqualTo(1L << 40);
    assertThat(read.getLastStep()).isEqualTo(9);
    assertThat(read.getOutcome()).isEqualTo(TensorFrame.Outcome.LATE);
    assertThat(read.getOffset()).isEqualTo(11);
    assertThat(read.getRequest()).isEqualTo(Frames.REQUEST);
    assertThat(read.getTotal()).isEqualTo(11L + numFloats);
    assertThat(read.getPayload().toByteArray()).isEqualTo(Frames.bytes(payload));
    assertThat(read.getCrc32C()).isEqualTo(documentedChecksum(read));
    assertThat(read.getUnknownFields().asMap()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1021, 79_510})
  void weReadWhatGeneratedCodeWrites(int numFloats) throws IOException {
    MemorySegment payload = Frames.floats(numFloats, 5);
    TensorFrame written = message(payload);

    Frame frame = Frames.read(written.toByteArray());

    assertThat(frame.kind()).isEqualTo(Frame.Kind.WEIGHTS);
    assertThat(frame.worker()).isEqualTo(1);
    assertThat(frame.incarnation()).isZero();
    assertThat(frame.sequence()).isEqualTo(5);
    assertThat(frame.step()).isEqualTo(6);
    assertThat(frame.lastStep()).isEqualTo(7);
    assertThat(frame.outcome()).isEqualTo(Outcome.DUPLICATE);
    assertThat(frame.offset()).isEqualTo(8);
    assertThat(frame.request()).isEqualTo(13);
    assertThat(frame.total()).isEqualTo(8L + numFloats);
    assertThat(Frames.bytes(frame.payload())).isEqualTo(Frames.bytes(payload));
  }

  @Test
  void generatedCodeWritesTheVeryBytesThatWeWrite() throws InvalidProtocolBufferException {
    byte[] ours = Frames.written(Frames.push(0, 1021, Frames.floats(1021, 1)));

    assertThat(TensorFrame.parseFrom(ours).toByteArray()).isEqualTo(ours);
  }

  @Test
  void aTransportThatReadsGetsTheSameBytesAsOneThatDrains() throws IOException {
    Frame frame = Frames.push(0, 1021, Frames.floats(1021, 1));
    FrameOutput output = new FrameOutput(frame, FrameOutput.Carriage.COPIED);
    byte[] drained = Frames.written(frame);

    assertThat(output.available()).isEqualTo(drained.length);
    assertThat(output.readAllBytes()).isEqualTo(drained);
  }

  @Test
  void unknownFieldsOfEveryWireTypeAreSkipped() throws IOException {
    TensorFrame written =
        message(Frames.floats(3, 5)).toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        100,
                        UnknownFieldSet.Field.newBuilder()
                            .addVarint(-1)
                            .addFixed32(2)
                            .addFixed64(3)
                            .addLengthDelimited(ByteString.copyFromUtf8("of a later version"))
                            .build())
                    .build())
            .build();

    Frame frame = Frames.read(written.toByteArray());

    assertThat(frame.numFloats()).isEqualTo(3);
  }

  private static TensorFrame message(MemorySegment payload) {
    TensorFrame unsummed =
        TensorFrame.newBuilder()
            .setKind(TensorFrame.Kind.WEIGHTS)
            .setWorker(1)
            .setSequence(5)
            .setStep(6)
            .setLastStep(7)
            .setOutcome(TensorFrame.Outcome.DUPLICATE)
            .setOffset(8)
            .setTotal(8 + payload.byteSize() / Float.BYTES)
            .setRequest(13)
            .setPayload(ByteString.copyFrom(Frames.bytes(payload)))
            .build();
    return unsummed.toBuilder().setCrc32C(documentedChecksum(unsummed)).build();
  }

  /** As the {@code .proto} says it, from the generated class's fields. */
  static int documentedChecksum(TensorFrame frame) {
    CRC32C crc = new CRC32C();
    long[] fields = {
      frame.getKindValue(),
      frame.getWorker(),
      frame.getIncarnation(),
      frame.getSequence(),
      frame.getStep(),
      frame.getLastStep(),
      frame.getOutcomeValue(),
      frame.getOffset(),
      frame.getTotal(),
      frame.getShared(),
      frame.getRequest()
    };
    for (long field : fields) {
      crc.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, field));
    }
    crc.update(frame.getPayload().toByteArray());
    return (int) crc.getValue();
  }
}
