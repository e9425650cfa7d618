package gradwire.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The borders in the code. */
final class LayersTest {
  private static final String PROTO = "gradwire.transport.grpc.proto..";

  private static final String[] RUNTIME = {
    "gradwire.cluster..",
    "gradwire.config..",
    "gradwire.error..",
    "gradwire.membership..",
    "gradwire.random..",
    "gradwire.run..",
    "gradwire.safetensors..",
    "gradwire.tensor..",
    "gradwire.trace..",
    "gradwire.transport..",
    "gradwire.update.."
  };

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("gradwire");

  @Test
  void workersAndServersNeverSeeEachOther() {
    noClasses()
        .that()
        .resideInAPackage("gradwire.worker..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("gradwire.server..")
        .check(PRODUCTION);
    noClasses()
        .that()
        .resideInAPackage("gradwire.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("gradwire.worker..", "gradwire.dl4j..")
        .check(PRODUCTION);
  }

  @Test
  void theRuntimeStandsOnItself() {
    noClasses()
        .that()
        .resideInAnyPackage(RUNTIME)
        .should()
        .dependOnClassesThat(resideInAPackage("gradwire..").and(not(resideInAnyPackage(RUNTIME))))
        .check(PRODUCTION);
  }

  @Test
  void nobodyBelowTheLauncherKnowsIt() {
    noClasses()
        .that()
        .resideInAnyPackage("gradwire.worker..", "gradwire.server..", "gradwire.dl4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("gradwire.launcher..", "gradwire.cli..", "gradwire.embed..")
        .check(PRODUCTION);
  }

  @Test
  void theWiresOwnTypesStayInTheTransport() {
    noClasses()
        .that()
        .resideOutsideOfPackage("gradwire.transport.grpc..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PROTO)
        .check(PRODUCTION);
    noClasses()
        .that()
        .resideOutsideOfPackage("gradwire.transport.grpc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "com.google.protobuf..")
        .check(PRODUCTION);
  }

  @Test
  void onlyTheEngineAndItsUsersKnowNd4j() {
    noClasses()
        .that()
        .resideOutsideOfPackages("gradwire.dl4j..", "gradwire.embed..", "gradwire.examples..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..", "org.bytedeco..")
        .check(PRODUCTION);
  }

  @Test
  void optimizersAreArithmeticOnly() {
    classes()
        .that()
        .resideInAPackage("gradwire.server.optimizer..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "gradwire.server.optimizer..",
            "gradwire.cpu..",
            "gradwire.error..",
            "gradwire.tensor..",
            "gradwire.update..",
            "java.lang..",
            "java.util..",
            "org.jspecify..")
        .check(PRODUCTION);
  }

  @Test
  void noPackagesDependOnEachOtherInACircle() {
    slices().matching("gradwire.(**)").should().beFreeOfCycles().check(PRODUCTION);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        written()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(it -> !it.isAnnotatedWith(NullMarked.class))
            .map(it -> it.getName())
            .toList();
    assertThat(unmarked).isEmpty();
  }

  @Test
  void onlyMainsEndTheProcess() {
    List<String> exits =
        written()
            .flatMap(type -> type.getMethodCallsFromSelf().stream())
            .filter(LayersTest::isExit)
            .filter(call -> !call.getOrigin().getName().equals("main"))
            .map(JavaMethodCall::getDescription)
            .toList();
    assertThat(exits).isEmpty();
  }

  private static boolean isExit(JavaMethodCall call) {
    return call.getTargetOwner().isEquivalentTo(System.class)
        && call.getTarget().getName().equals("exit");
  }

  @Test
  void aClassThatNothingExtendsIsFinal() {
    List<String> open =
        written()
            .filter(type -> !type.isInterface() && !type.isEnum() && !type.isAnonymousClass())
            .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type -> type.getAllSubclasses().isEmpty())
            .map(JavaClass::getName)
            .toList();
    assertThat(open).isEmpty();
  }

  /** All but generated code and package-info. */
  private static Stream<JavaClass> written() {
    return PRODUCTION.stream()
        .filter(not(resideInAPackage(PROTO)))
        .filter(type -> !type.getSimpleName().equals("package-info"));
  }
}
