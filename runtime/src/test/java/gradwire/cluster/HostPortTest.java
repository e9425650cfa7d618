package gradwire.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:2222, localhost, 2222",
    "10.0.0.4:0, 10.0.0.4, 0",
    "a-b.c_d:65535, a-b.c_d, 65535",
    "[::1]:80, ::1, 80",
    "[fe80::1%eth0]:80, fe80::1%eth0, 80",
  })
  void anAddressIsReadAndWrittenBack(String text, String host, int port) {
    HostPort read = HostPort.parse("--ps_hosts", text);

    assertThat(read).isEqualTo(new HostPort(host, port));
    assertThat(read).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost   | HOST:PORT | try localhost:2222",
        "''          | HOST:PORT | try localhost:2222",
        ":2222       | HOST:PORT | try localhost:2222",
        "h:          | a port from 0 to 65535 | try 2222",
        "h:-1        | a port from 0 to 65535 | try 2222",
        "h:65536     | a port from 0 to 65535 | try 2222",
        "h:99999999999 | a port from 0 to 65535 | try 2222",
        "h:http      | a port from 0 to 65535 | try 2222",
        "::1:80      | [IPV6]:PORT | put brackets around IPv6",
        "[]:80       | an IPv6 address in brackets | try [::1]:2222",
        "h/x:1       | HOST:PORT | leave out scheme, path and spaces",
        "a b:1       | HOST:PORT | leave out scheme, path and spaces",
        "grpc://h:1  | [IPV6]:PORT | put brackets around IPv6",
      })
  void anythingElseIsRefused(String text, String expected, String remedy) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> HostPort.parse("--ps_hosts", text))
        .withMessage("--ps_hosts: expected " + expected + ", got \"" + text + "\"; " + remedy);
  }

  @Test
  void theRecordRefusesWhatIsNoAddress() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> new HostPort("", 1))
        .withMessage("address: expected a host, got \"\"; try localhost");
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> new HostPort("h", 65_536))
        .withMessage("address: expected a port from 0 to 65535, got 65536; try 2222");
  }
}
