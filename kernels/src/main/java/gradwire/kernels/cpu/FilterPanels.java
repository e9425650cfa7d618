package gradwire.kernels.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * How a convolution's filters are shared out to tiles: panels of three vectors, and of two where
 * these wouldn't come out. Immutable.
 *
 * @param panels from the first filter to the last
 * @param paddedFilters filters of all panels; the last ones may be more than there are
 */
record FilterPanels(List<Panel> panels, int paddedFilters) {
  /**
   * A panel.
   *
   * @param first filter
   * @param numVectors 2 or 3
   */
  record Panel(int first, int numVectors) {
    int numFilters() {
      return numVectors * Lanes.COUNT;
    }

    int numRows() {
      return numVectors == 3 ? LaneProduct.ROWS_OF_THREE : LaneProduct.ROWS_OF_TWO;
    }
  }

  static FilterPanels of(int numFilters) {
    int numVectors = Math.max(2, Math.ceilDiv(numFilters, Lanes.COUNT));
    int numTwos = (3 - numVectors % 3) % 3; // 2 for a rest of 1, 1 for a rest of 2
    int numThrees = (numVectors - 2 * numTwos) / 3;
    List<Panel> panels = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < numThrees + numTwos; i++) {
      Panel panel = new Panel(first, i < numThrees ? 3 : 2);
      panels.add(panel);
      first += panel.numFilters();
    }
    return new FilterPanels(List.copyOf(panels), first);
  }
}
