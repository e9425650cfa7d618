package gradwire.kernels.gpucheck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The tests of the binding and of the kernels, on the device. */
final class TestRun {
  private TestRun() {}

  /** Runs them all, prints what failed, and returns what became of them. */
  static TestExecutionSummary run(PrintWriter out) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectPackage("gradwire.kernels.cuda"), selectPackage("gradwire.kernels.gradient"))
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
