package gradwire.kernels.gpucheck;

import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaEvent;
import gradwire.kernels.cuda.CudaStream;
import java.util.Arrays;

/** Time on the device. One thread. */
final class Clock {
  private static final int NUM_WARM_UPS = 3;

  private final CudaStream stream;
  private final CudaEvent begun;
  private final CudaEvent done;
  private final int numRepeats;

  Clock(CudaContext context, CudaStream stream, int numRepeats) {
    this.stream = stream;
    this.numRepeats = numRepeats;
    begun = context.event();
    done = context.event();
  }

  /** Median of what {@code work} queues, by events around it. */
  double medianMillis(Runnable work) {
    for (int i = 0; i < NUM_WARM_UPS; i++) {
      work.run();
    }
    double[] millis = new double[numRepeats];
    for (int i = 0; i < numRepeats; i++) {
      stream.record(begun);
      work.run();
      stream.record(done);
      done.await();
      millis[i] = done.millisSince(begun);
    }
    Arrays.sort(millis);
    return millis[numRepeats / 2];
  }
}
