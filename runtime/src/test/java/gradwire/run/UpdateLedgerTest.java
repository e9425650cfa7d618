package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UpdateLedgerTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("state").resolve("worker-0.ledger");
  }

  @Test
  void aNewLedgerIsEmptyAndOneThatIsOpenedAgainHoldsWhatWasRecordedLast() {
    UpdateCounts last = UpdateCounts.NONE.begunAt(12.5).attempting(1, 100).settled(true);
    try (UpdateLedger ledger = UpdateLedger.open(file())) {
      assertThat(ledger.counts()).isEqualTo(UpdateCounts.NONE);
      ledger.record(UpdateCounts.NONE.attempting(1, 100));
      ledger.record(last);
    }
    try (UpdateLedger ledger = UpdateLedger.open(file())) {
      assertThat(ledger.counts()).isEqualTo(last);
    }
  }

  @Test
  void aTurnBeginsWithTheCountsOfTheOneBeforeWhichCannotDisturbItAnyMore() {
    UpdateCounts before = new UpdateCounts(7, 100, 6, 5, 1, 600, 3.25);
    try (UpdateLedger stopped = UpdateLedger.open(folder, 2, 0)) {
      stopped.record(before);
      try (UpdateLedger ledger = UpdateLedger.open(folder, 2, 3)) {
        assertThat(ledger.counts()).isEqualTo(before);
        stopped.record(before.settled(true));
      }
    }
    try (UpdateLedger again = UpdateLedger.open(folder, 2, 3);
        UpdateLedger other = UpdateLedger.open(folder, 1, 3)) {
      assertThat(again.counts()).isEqualTo(before);
      assertThat(other.counts()).isEqualTo(UpdateCounts.NONE);
    }
  }

  /** A kill leaves any prefix of the stores; the one that counts is the last. */
  @Test
  void aRecordThatIsCutOffAnywhereLeavesTheOneBefore() throws IOException {
    UpdateCounts first = new UpdateCounts(7, 100, 6, 5, 1, 600, 3.25);
    try (UpdateLedger ledger = UpdateLedger.open(file())) {
      ledger.record(first);
    }
    byte[] before = Files.readAllBytes(file());
    try (UpdateLedger ledger = UpdateLedger.open(file())) {
      ledger.record(first.settled(true));
    }
    byte[] after = Files.readAllBytes(file());
    for (int stored = 64; stored <= after.length; stored += 8) {
      byte[] torn = Arrays.copyOf(before, before.length);
      System.arraycopy(after, 64, torn, 64, stored - 64);
      Files.write(file(), torn);
      try (UpdateLedger ledger = UpdateLedger.open(file())) {
        assertThat(ledger.counts()).as("bytes stored: " + stored).isEqualTo(first);
      }
    }
    Files.write(file(), after);
    try (UpdateLedger ledger = UpdateLedger.open(file())) {
      assertThat(ledger.counts()).isEqualTo(first.settled(true));
    }
  }

  @Test
  void anotherFileIsRefusedByName() throws IOException {
    Files.createDirectories(file().getParent());
    Files.write(file(), "x".repeat(256).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> UpdateLedger.open(file()))
        .hasMessage(
            file() + ": expected a worker's ledger, got another file; resume from a checkpoint");
  }

  @Test
  void aPushInFlightAtTheEndOfAnIncarnationIsSettledByTheServersCount() {
    UpdateCounts inFlight = new UpdateCounts(8, 50, 7, 6, 1, 700, 3.25);
    assertThat(inFlight.resumedAfter("worker-0", 7, 6)).isEqualTo(inFlight);
    assertThat(inFlight.resumedAfter("worker-0", 8, 7))
        .isEqualTo(new UpdateCounts(8, 50, 8, 7, 1, 750, 3.25));
    assertThat(inFlight.resumedAfter("worker-0", 8, 6))
        .isEqualTo(new UpdateCounts(8, 50, 8, 6, 2, 750, 3.25));
  }

  @Test
  void aLedgerThatIsBehindTheServersTakesTheirs() {
    assertThat(UpdateCounts.NONE.resumedAfter("worker-0", 9, 7))
        .isEqualTo(new UpdateCounts(9, 0, 9, 7, 2, 0, Double.NaN));
  }

  @Test
  void serversBehindTheLedgerAreRefused() {
    assertThatThrownBy(
            () -> new UpdateCounts(8, 50, 8, 8, 0, 800, 0).resumedAfter("worker-1", 7, 7))
        .hasMessageStartingWith(
            "worker-1: expected servers that have its push 8, got one that has 7; updates are");
  }
}
