package gradwire.transport.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** A key and a self-signed certificate for the loopback, made by the JDK's keytool. */
final class TestKeys {
  private static final String PASSWORD = "password";

  private TestKeys() {}

  static TlsFiles create(Path folder) throws IOException, GeneralSecurityException {
    Path store = folder.resolve("keys.p12");
    keytool(store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    TlsFiles files = TlsFiles.of(folder);
    write(files.certificate(), "CERTIFICATE", keys.getCertificate("test").getEncoded());
    write(files.key(), "PRIVATE KEY", keys.getKey("test", PASSWORD.toCharArray()).getEncoded());
    return files;
  }

  private static void keytool(Path store) throws IOException {
    String command =
        Path.of(System.getProperty("java.home"), "bin", "keytool")
            + " -genkeypair -alias test -keyalg EC -groupname secp256r1 -dname CN=test"
            + " -ext SAN=ip:127.0.0.1 -storetype PKCS12 -storepass "
            + PASSWORD
            + " -keystore";
    ProcessBuilder builder = new ProcessBuilder(command.split(" "));
    builder.command().add(store.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void write(Path file, String label, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, text));
  }
}
