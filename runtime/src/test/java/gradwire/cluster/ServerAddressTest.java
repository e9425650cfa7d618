package gradwire.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServerAddressTest {
  @Test
  void bothFormsAreReadAsTheyArePrinted() {
    HostPort network = new HostPort("10.0.0.1", 2222);
    for (ServerAddress address :
        new ServerAddress[] {
          ServerAddress.of(network), new ServerAddress(network, Optional.of("gradwire-7"))
        }) {
      assertThat(ServerAddress.parse("here", address.toString())).isEqualTo(address);
    }
    assertThat(ServerAddress.parse("here", "h:1 unix:n").toString()).isEqualTo("h:1 unix:n");
  }

  @Test
  void aSocketWithoutANameIsRefused() {
    assertThatThrownBy(() -> ServerAddress.parse("address.txt", "h:1 unix:"))
        .isInstanceOf(UsageException.class)
        .hasMessage("address.txt: expected a name behind unix:, got \"h:1 unix:\"; leave it out");
  }
}
