package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;

/** TLS by OpenSSL's code where it is there, else by the JDK's, which is half as fast. */
final class Tls {
  private Tls() {}

  static SslContext server(TlsFiles files) {
    try {
      return GrpcSslContexts.configure(
              SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile()),
              provider())
          .trustManager(files.authority().toFile())
          .clientAuth(ClientAuth.REQUIRE)
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw unusable(files, e);
    }
  }

  static SslContext client(TlsFiles files) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forClient(), provider())
          .keyManager(files.certificate().toFile(), files.key().toFile())
          .trustManager(files.authority().toFile())
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw unusable(files, e);
    }
  }

  private static SslProvider provider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  private static GradwireException unusable(TlsFiles files, Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new GradwireException(
        "TLS: expected PEM files of a certificate, its PKCS#8 key and an authority in "
            + files
            + ", got "
            + cause,
        e);
  }
}
