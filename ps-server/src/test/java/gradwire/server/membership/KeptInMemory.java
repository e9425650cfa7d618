package gradwire.server.membership;

import gradwire.error.GradwireException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store that outlives its coordinator, as a file does, and that can be full. */
final class KeptInMemory implements MembershipStore {
  /** The coordinator's process is killed: what was saved is saved, nobody hears of it. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private @Nullable MembershipState saved;
  private int numSaves;
  boolean full;
  boolean killsAfterSave;

  @Override
  public Optional<MembershipState> load() {
    return Optional.ofNullable(saved);
  }

  @Override
  public void save(MembershipState state) {
    if (full) {
      throw new GradwireException("state/membership: no space left");
    }
    saved = state;
    numSaves++;
    if (killsAfterSave) {
      killsAfterSave = false;
      throw new Killed();
    }
  }

  int numSaves() {
    return numSaves;
  }
}
