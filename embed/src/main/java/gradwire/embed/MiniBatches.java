package gradwire.embed;

import java.util.function.Consumer;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** All minibatches of an iterator, whichever kind it is. One thread. */
interface MiniBatches {
  /**
   * Goes through the iterator once, from its beginning if it can be reset, and leaves it reset.
   *
   * @throws gradwire.error.UsageException if a minibatch holds what can't be trained on
   */
  void forEach(Consumer<MiniBatch> sink);

  /**
   * @param where what the iterator is, for messages
   */
  static MiniBatches of(String where, DataSetIterator iterator) {
    return sink -> {
      reset(iterator.resetSupported(), iterator::reset);
      while (iterator.hasNext()) {
        sink.accept(MiniBatch.of(where, iterator.next()));
      }
      reset(iterator.resetSupported(), iterator::reset);
    };
  }

  /** As {@link #of(String, DataSetIterator)}. */
  static MiniBatches of(String where, MultiDataSetIterator iterator) {
    return sink -> {
      reset(iterator.resetSupported(), iterator::reset);
      while (iterator.hasNext()) {
        sink.accept(MiniBatch.of(where, iterator.next()));
      }
      reset(iterator.resetSupported(), iterator::reset);
    };
  }

  private static void reset(boolean supported, Runnable reset) {
    if (supported) {
      reset.run();
    }
  }
}
