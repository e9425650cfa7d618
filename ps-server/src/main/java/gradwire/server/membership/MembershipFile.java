package gradwire.server.membership;

import gradwire.error.GradwireException;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.run.AtomicFiles;
import gradwire.server.membership.MembershipState.Replica;
import gradwire.server.membership.MembershipState.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The state as a file of lines for a person, the last of which is a checksum:
 *
 * <pre>
 * gradwire membership 1
 * plan WORKERS REPLICAS LEASE_MILLIS MOVES
 * counts VERSION RESUMES
 * replica HOME OWNER INCARNATION RETIRED     (one a replica, from 0)
 * worker INDEX INCARNATION SESSION VERSION LEFT
 * crc32c HEX
 * </pre>
 */
final class MembershipFile implements MembershipStore {
  private static final String HEADER = "gradwire membership 1";
  private static final String CHECKSUM = "crc32c ";

  private final Path file;
  private final long numResumes;

  /**
   * @param numResumes how often the run was resumed after a stop: then nothing in it is done for
   *     good
   */
  MembershipFile(Path file, long numResumes) {
    this.file = file;
    this.numResumes = numResumes;
  }

  @Override
  public void save(MembershipState state) {
    StringBuilder text = new StringBuilder(HEADER + "\n");
    MembershipPlan plan = state.plan();
    line(text, "plan", plan.numWorkers(), plan.numReplicas(), plan.leaseMillis(), plan.moves());
    line(text, "counts", state.version(), numResumes);
    for (Replica replica : state.replicas()) {
      line(
          text,
          "replica",
          replica.home(),
          replica.owner(),
          replica.incarnation(),
          replica.retired());
    }
    state
        .members()
        .forEach(
            (worker, row) ->
                line(
                    text,
                    "worker",
                    worker,
                    row.incarnation(),
                    row.session(),
                    row.version(),
                    row.left()));
    AtomicFiles.write(file, text + CHECKSUM + checksum(text.toString()) + "\n");
  }

  private static void line(StringBuilder text, String name, Object... values) {
    text.append(name);
    for (Object value : values) {
      text.append(' ').append(value);
    }
    text.append('\n');
  }

  private static String checksum(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }

  @Override
  public Optional<MembershipState> load() {
    try {
      return Optional.of(parse(Files.readString(file)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw damaged(String.valueOf(e), e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | GradwireException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private GradwireException damaged(String got, Exception cause) {
    return new GradwireException(
        file
            + ": expected who computes which replica, as this server left it, got "
            + got
            + "; restore the file or run the job anew",
        cause);
  }

  private MembershipState parse(String text) {
    int end = text.lastIndexOf(CHECKSUM);
    if (end < 0
        || !text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
      throw new IllegalArgumentException("a text whose checksum does not fit");
    }
    List<Replica> replicas = new ArrayList<>();
    SortedMap<Integer, Row> members = new TreeMap<>();
    List<String[]> lines = text.substring(0, end).lines().map(line -> line.split(" ")).toList();
    if (!String.join(" ", lines.get(0)).equals(HEADER)) {
      throw new IllegalArgumentException("'" + String.join(" ", lines.get(0)) + "'");
    }
    for (String[] words : lines.subList(3, lines.size())) {
      if (words[0].equals("replica")) {
        replicas.add(replica(words));
      } else {
        members.put(Integer.valueOf(words[1]), row(words));
      }
    }
    MembershipState state =
        new MembershipState(plan(lines.get(1)), Long.parseLong(lines.get(2)[1]), replicas, members);
    return Long.parseLong(lines.get(2)[2]) == numResumes ? state : state.resumed();
  }

  private static MembershipPlan plan(String[] words) {
    return new MembershipPlan(
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        Long.parseLong(words[3]),
        Moves.valueOf(words[4]));
  }

  private static Replica replica(String[] words) {
    return new Replica(
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        Boolean.parseBoolean(words[4]));
  }

  private static Row row(String[] words) {
    return new Row(
        Integer.parseInt(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Boolean.parseBoolean(words[5]));
  }
}
