package gradwire.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The MNIST files that travel with the repository. */
final class TravellingDataTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("gradwire.repository"), "examples", "mnist", "data");

  @ParameterizedTest
  @CsvSource({
    "train-images-idx3-ubyte, ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte, 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte, 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte, ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
  })
  void everyFileDecodesToTheOriginalBytes(String name, String sha256) throws Exception {
    IdxFile file = IdxFile.read(FOLDER.resolve(name + ".gz"));
    assertThat(sha256OfRaw(file)).isEqualTo(sha256);
  }

  @Test
  void thereAre60000ImagesToTrainOnAnd10000ToTestWith() {
    ImageFolder folder = ImageFolder.open(FOLDER);
    assertThat(folder.train().numImages()).isEqualTo(60_000);
    assertThat(folder.test().numImages()).isEqualTo(10_000);
    assertThat(folder.test().numPixels()).isEqualTo(784);
  }

  @Test
  void theFirstDigitsAreTheWellKnownOnes() {
    ImageSet test = ImageFolder.open(FOLDER).test();
    assertThat(new int[] {test.label(0), test.label(1), test.label(2)}).containsExactly(7, 2, 1);
  }

  private static String sha256OfRaw(IdxFile file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (DataOutputStream out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
      out.writeInt(IdxBytes.UNSIGNED_BYTE << 8 | file.shape().length);
      for (int axis : file.shape()) {
        out.writeInt(axis);
      }
      out.write(file.values());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
