package gradwire.transport.grpc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What makes a connection private: both ends show a certificate and check the other's. PEM files.
 *
 * @param certificate this task's chain; a server's must name the host that workers connect to
 * @param key its private key, PKCS#8, without password
 * @param authority whose signature the other end's certificate must bear
 */
public record TlsFiles(Path certificate, Path key, Path authority) {
  private static final String CERTIFICATE = "certificate.pem";
  private static final String KEY = "key.pem";

  /** One self-signed certificate for all tasks of a run, as {@code folder} holds it. */
  public static TlsFiles of(Path folder) {
    Path certificate = folder.resolve(CERTIFICATE);
    return new TlsFiles(certificate, folder.resolve(KEY), certificate);
  }

  /** The files in {@code folder}, if they are there. */
  public static Optional<TlsFiles> in(Path folder) {
    return Optional.of(of(folder)).filter(files -> Files.isReadable(files.key()));
  }
}
