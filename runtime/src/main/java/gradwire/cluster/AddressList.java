package gradwire.cluster;

import gradwire.config.yaml.Problems;
import gradwire.config.yaml.Tree;
import gradwire.error.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads a role's addresses: a list, or a sparse map from index to address. For one thread. */
final class AddressList {
  private static final int MAX_TASKS = 10_000;
  private static final Pattern INDEX = Pattern.compile("\\d{1,9}");

  private final Problems problems;

  AddressList(Problems problems) {
    this.problems = problems;
  }

  List<HostPort> read(Optional<Tree> tree) {
    return tree.map(this::read).orElse(List.of());
  }

  static List<HostPort> concat(List<HostPort> first, List<HostPort> then) {
    List<HostPort> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  /** A task's index, from 0; empty if the text is none. */
  static OptionalLong index(String text) {
    return INDEX.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private List<HostPort> read(Tree tree) {
    return switch (tree) {
      case Tree.Sequence sequence -> sequence.items().stream().map(this::address).toList();
      case Tree.Mapping mapping -> sparse(mapping);
      case Tree.Scalar scalar -> {
        problems.wrong(scalar, "a list of HOST:PORT", "put brackets around it");
        yield List.of();
      }
    };
  }

  private List<HostPort> sparse(Tree.Mapping mapping) {
    List<HostPort> addresses = new ArrayList<>();
    mapping.entries().forEach((index, entry) -> put(addresses, index, entry));
    return addresses;
  }

  private void put(List<HostPort> addresses, String name, Tree.Entry entry) {
    OptionalLong index = index(name);
    if (index.isEmpty() || index.getAsLong() >= MAX_TASKS) {
      problems.add(
          entry.place(),
          entry.value().key(),
          "expected an index from 0 to " + (MAX_TASKS - 1) + " as key; count from 0");
      return;
    }
    int i = (int) index.getAsLong();
    if (i >= addresses.size()) {
      addresses.addAll(Collections.nCopies(i + 1 - addresses.size(), HostPort.UNKNOWN));
    }
    addresses.set(i, address(entry.value()));
  }

  private HostPort address(Tree tree) {
    if (!(tree instanceof Tree.Scalar scalar) || scalar.kind() == Tree.Kind.NOTHING) {
      problems.wrong(tree, "HOST:PORT", "write an address");
      return HostPort.UNKNOWN;
    }
    try {
      return HostPort.parse(scalar.key(), scalar.text());
    } catch (UsageException refused) {
      problems.refused(scalar, refused);
      return HostPort.UNKNOWN;
    }
  }
}
