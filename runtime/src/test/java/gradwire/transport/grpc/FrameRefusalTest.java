package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import gradwire.transport.grpc.proto.TensorFrame;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A damaged frame is refused with its reason. */
final class FrameRefusalTest {
  private static final int NUM_FLOATS = 300;

  private final byte[] sound =
      Frames.written(Frames.push(0, NUM_FLOATS, Frames.floats(NUM_FLOATS, 1)));

  @Test
  void aFlippedPayloadBitIsRefused() {
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 4;

    assertRefused(damaged, "expected CRC-32C ");
  }

  @Test
  void aFlippedChecksumIsRefused() {
    byte[] damaged = sound.clone();
    damaged[damaged.length - 1] ^= 1;

    assertRefused(damaged, "expected CRC-32C ");
  }

  @Test
  void aMissingChecksumIsRefused() {
    assertRefused(Arrays.copyOf(sound, sound.length - 6), "got no checksum");
    assertRefused(new byte[0], "got no checksum");
  }

  @Test
  void aTruncatedFrameIsRefusedAtEveryLength() {
    for (int length = 0; length < sound.length; length++) {
      assertRefused(Arrays.copyOf(sound, length), "");
    }
  }

  @Test
  void anotherHeaderWithTheSamePayloadIsRefused() {
    assertRefused(changed(frame -> frame.setStep(3)), "expected CRC-32C ");
  }

  @Test
  void aPayloadThatIsNotWholeFloatsIsRefused() {
    assertRefused(
        changed(frame -> frame.setPayload(ByteString.copyFrom(new byte[6]))),
        "payload: expected whole floats in at most 1048576 bytes, got 6 bytes");
  }

  @Test
  void anOversizedPayloadIsRefusedBeforeItIsRead() {
    assertRefused(
        changed(
            frame ->
                frame.setTotal(1 << 20).setPayload(ByteString.copyFrom(new byte[(1 << 20) + 4]))),
        "in at most 1048576 bytes, got 1048580 bytes");
  }

  @Test
  void aPayloadBeyondItsTransferIsRefused() {
    assertRefused(
        changed(frame -> frame.setOffset(1)),
        "payload: expected to end at float 300, got a longer");
  }

  @Test
  void numbersOutOfRangeAreRefusedByName() {
    assertRefused(changed(frame -> frame.setKindValue(7)), "kind: expected a number below 7");
    assertRefused(changed(frame -> frame.setOutcomeValue(5)), "outcome: expected a number below 5");
    assertRefused(changed(frame -> frame.setWorker(-1)), "worker: expected a number below");
    assertRefused(changed(frame -> frame.setIncarnation(-2)), "incarnation: expected a number");
    assertRefused(changed(frame -> frame.setTotal(Long.MIN_VALUE)), "total: expected a number");
    assertRefused(changed(frame -> frame.setOffset(Long.MAX_VALUE)), "offset: expected a number");
  }

  @Test
  void aHeaderOrAPayloadBehindThePayloadIsRefused() {
    assertRefused(joined(sound, new byte[] {5 << 3, 1}), "payload: expected it behind the header");
    assertRefused(joined(sound, sound), "got a header field behind it");
    assertRefused(joined(sound, new byte[] {(15 << 3) | 2, 0}), "got another payload behind it");
  }

  @Test
  void whatIsNoProtobufIsRefused() {
    assertRefused(new byte[] {(1 << 3) | 3}, "not a protobuf message");
    assertRefused(new byte[] {0, 0}, "not a protobuf message: field number 0");
    byte[] endless = new byte[12];
    Arrays.fill(endless, (byte) 0x80);
    assertRefused(endless, "varint of more than 10 bytes");
    byte[] negativeLength = {(byte) 0xa2, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
    assertRefused(negativeLength, "not a protobuf message: length 18446744073709551615");
  }

  @Test
  void noDamageOfOneToFourBytesPassesUnnoticed() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = sound.clone();
      // Near the header half of the time: there are more ways to go wrong.
      int bound = random.nextBoolean() ? 30 : damaged.length;
      for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
        damaged[random.nextInt(bound)] ^= (byte) random.nextInt(1, 256);
      }
      if (!Arrays.equals(damaged, sound)) {
        assertThatThrownBy(() -> Frames.read(damaged))
            .as("seed %d, case %d", seed, i)
            .isInstanceOf(IOException.class);
      }
    }
  }

  private byte[] changed(UnaryOperator<TensorFrame.Builder> change) {
    try {
      return change.apply(TensorFrame.parseFrom(sound).toBuilder()).build().toByteArray();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void assertRefused(byte[] message, String reason) {
    assertThatThrownBy(() -> Frames.read(message))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
  }
}
