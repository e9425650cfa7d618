package gradwire.embed;

import java.util.Iterator;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Hands out given minibatches, whatever is in them; once. */
final class WholeBatches implements DataSetIterator {
  private static final long serialVersionUID = 1L;

  private final transient Iterator<DataSet> batches;

  WholeBatches(List<DataSet> batches) {
    this.batches = batches.iterator();
  }

  @Override
  public boolean hasNext() {
    return batches.hasNext();
  }

  @Override
  public DataSet next() {
    return batches.next();
  }

  @Override
  public boolean resetSupported() {
    return false;
  }

  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public DataSet next(int num) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int inputColumns() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int totalOutcomes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int batch() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DataSetPreProcessor getPreProcessor() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> getLabels() {
    throw new UnsupportedOperationException();
  }
}
