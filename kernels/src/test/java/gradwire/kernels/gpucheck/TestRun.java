package gradwire.kernels.gpucheck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The tests of the binding, of the kernels and of plans, on the device. */
final class TestRun {
  private TestRun() {}

  /** Of whole networks, where they are on the class path. */
  private static List<DiscoverySelector> plans() {
    try {
      return List.of(selectClass(Class.forName("gradwire.plan.DeviceOracleTest")));
    } catch (ClassNotFoundException notHere) {
      return List.of();
    }
  }

  /** Runs them all, prints what failed, and returns what became of them. */
  static TestExecutionSummary run(PrintWriter out) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectPackage("gradwire.kernels.cuda"),
                selectPackage("gradwire.kernels.gradient"),
                selectPackage("gradwire.kernels.layer"))
            .selectors(plans())
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary
        .getFailures()
        .forEach(
            failure -> {
              String message = String.valueOf(failure.getException());
              out.println("FAILED " + failure.getTestIdentifier().getUniqueId());
              out.println("  " + message.substring(0, Math.min(600, message.length())));
            });
    out.flush();
    return summary;
  }
}
