package gradwire.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestWordTest {
  @Test
  void theNearestWordIsOfferedOnlyIfItIsNear() {
    assertThat(NearestWord.to("worker_cout", List.of("node_count", "worker_count")))
        .contains("worker_count");
    assertThat(NearestWord.to("--quite", List.of("--quiet", "--run-dir"))).contains("--quiet");
    assertThat(NearestWord.to("zebra", List.of("node_count"))).isEmpty();
    assertThat(NearestWord.to("x", List.of())).isEmpty();
  }

  @Test
  void ofWordsAsNearTheFirstOfTheAlphabetIsOffered() {
    assertThat(NearestWord.to("cat", List.of("rat", "bat"))).contains("bat");
  }

  @Test
  void whatNobodyMistypesIsNotSearchedFor() {
    String endless = "a".repeat(65);
    assertThat(NearestWord.to(endless, List.of(endless, "a"))).isEmpty();
  }

  @Test
  void theRemedyIsTheNearestWordOrWhatTheCallerSays() {
    assertThat(NearestWord.remedy("adm", List.of("sgd", "adam"), "use one of these"))
        .isEqualTo("did you mean adam?");
    assertThat(NearestWord.remedy("lion", List.of("sgd", "adam"), "use one of these"))
        .isEqualTo("use one of these");
  }

  @Test
  void slipsAreLettersMissingAddedWrongAndSwapped() {
    assertThat(NearestWord.slips("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestWord.slips("", "abc")).isEqualTo(3);
    assertThat(NearestWord.slips("ssp", "sps")).isEqualTo(1);
  }
}
