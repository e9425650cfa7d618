package gradwire.worker.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgramsTest {
  /** As it should be. */
  public static class Sound implements TrainingProgram {
    @Override
    public List<Flag> flags() {
      return List.of();
    }

    @Override
    public TrainingTask create(ProgramContext context) {
      throw new UnsupportedOperationException();
    }
  }

  /** Without a constructor that could be called. */
  public static final class NeedsWords extends Sound {
    public NeedsWords(String words) {
      assertThat(words).isNotNull();
    }
  }

  /** Fails while it is made. */
  public static final class FailsWhenMade extends Sound {
    public FailsWhenMade() {
      throw new IllegalStateException("no data on this machine");
    }
  }

  /** Fails while it is loaded. */
  public static final class FailsWhenLoaded extends Sound {
    static final int LENGTH = Integer.parseInt("many");
  }

  @Test
  void anEntryClassIsMade() {
    assertThat(Programs.load(Sound.class.getName())).isInstanceOf(Sound.class);
  }

  @Test
  void aClassThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Programs.load("gradwire.examples.Mnst"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "estimator.entry_class: expected a class on the class path, got gradwire.examples.Mnst;"
                + " check its spelling and package");
    assertThatThrownBy(() -> Programs.load("")).isInstanceOf(UsageException.class);
  }

  @Test
  void aClassThatIsNoProgramIsRefused() {
    assertThatThrownBy(() -> Programs.load("java.lang.Object"))
        .hasMessage(
            "estimator.entry_class: expected a class that implements"
                + " gradwire.worker.program.TrainingProgram, got java.lang.Object; implement it");
  }

  @Test
  void aClassThatCannotBeMadeSaysWhy() {
    assertThatThrownBy(() -> Programs.load(NeedsWords.class.getName()))
        .hasMessageContaining(
            "expected a public class with a public constructor without parameters")
        .hasMessageEndingWith("; give it one");
    assertThatThrownBy(() -> Programs.load(FailsWhenMade.class.getName()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("FailsWhenMade (java.lang.IllegalStateException: no data on this");
    assertThatThrownBy(() -> Programs.load(FailsWhenLoaded.class.getName()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("java.lang.NumberFormatException: For input string: \"many\"");
  }
}
