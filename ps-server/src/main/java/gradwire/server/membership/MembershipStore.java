package gradwire.server.membership;

import gradwire.error.GradwireException;
import java.util.Optional;

/** Where a coordinator's state outlives it. One thread. */
interface MembershipStore {
  /**
   * What was saved last; empty if nothing was.
   *
   * @throws GradwireException naming the file if it is damaged
   */
  Optional<MembershipState> load();

  /**
   * Replaces what was saved.
   *
   * @throws GradwireException if that is not possible; what was saved before still stands
   */
  void save(MembershipState state);

  /** One that ends with its process. */
  static MembershipStore inMemory() {
    return new MembershipStore() {
      @Override
      public Optional<MembershipState> load() {
        return Optional.empty();
      }

      @Override
      public void save(MembershipState state) {}
    };
  }
}
