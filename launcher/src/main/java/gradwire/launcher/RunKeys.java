package gradwire.launcher;

import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.transport.grpc.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A key and a self-signed certificate for one run on one host: every task has them, and trusts no
 * other. Made by the JDK's keytool, in a second.
 */
public final class RunKeys {
  private static final String ALIAS = "run";
  private static final String PASSWORD = "GRADWIRE_STORE_PASSWORD";
  private static final long WITHIN_SECONDS = 60;

  private RunKeys() {}

  /**
   * Writes the files that {@link TlsFiles#of} names into {@code folder}, for the owner's eyes only.
   *
   * @throws GradwireException if the JDK has no keytool, or the folder can't be written
   */
  public static void create(Path folder) {
    String password = UUID.randomUUID().toString();
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path store = folder.resolve("keys.p12");
      makeStore(store, password);
      writePem(folder, store, password);
      Files.delete(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new GradwireException(
          folder + ": expected to write a key and a certificate, got " + e, e);
    }
  }

  private static void makeStore(Path store, String password) throws IOException {
    ProcessBuilder keytool = new ProcessBuilder(command(store)).redirectErrorStream(true);
    keytool.environment().put(PASSWORD, password);
    Process process = keytool.start();
    String output;
    try (InputStream printed = process.getInputStream()) {
      output = new String(printed.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(WITHIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("keytool failed: " + output);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for keytool", e);
    }
  }

  private static List<String> command(Path store) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        ALIAS,
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-validity",
        "365",
        "-dname",
        "CN=gradwire-run",
        "-ext",
        "SAN=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass:env",
        PASSWORD);
  }

  private static void writePem(Path folder, Path store, String password)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    TlsFiles files = TlsFiles.of(folder);
    write(files.certificate(), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    write(files.key(), "PRIVATE KEY", keys.getKey(ALIAS, password.toCharArray()).getEncoded());
  }

  private static void write(Path file, String label, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    AtomicFiles.write(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, text));
  }
}
