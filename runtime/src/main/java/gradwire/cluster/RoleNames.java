package gradwire.cluster;

import java.util.Optional;

/** The names that scripts and cluster managers give to roles. */
final class RoleNames {
  private RoleNames() {}

  /** The role; {@code chief} and its old name {@code master} are workers. */
  static Optional<Role> roleOf(String name) {
    return switch (name) {
      case "ps" -> Optional.of(Role.PS);
      case "worker", "chief", "master" -> Optional.of(Role.WORKER);
      default -> Optional.empty();
    };
  }
}
