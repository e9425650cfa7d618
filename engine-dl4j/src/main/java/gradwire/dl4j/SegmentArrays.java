package gradwire.dl4j;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Our off-heap memory as ND4J sees it, and the other way round; never a copy. Neither side owns the
 * other: the segment must outlive the array.
 */
public final class SegmentArrays {
  private SegmentArrays() {}

  /** A pointer to memory that JavaCPP neither counts nor frees. */
  private static final class SegmentPointer extends FloatPointer {
    SegmentPointer(MemorySegment memory) {
      super((Pointer) null);
      address = memory.address();
      limit = Floats.length(memory);
      capacity = limit;
    }
  }

  static FloatPointer pointer(MemorySegment memory) {
    return new SegmentPointer(memory);
  }

  /** {@code memory} as a row-major float32 array of {@code shape}. */
  public static INDArray array(MemorySegment memory, long... shape) {
    DataBuffer buffer = Nd4j.createBuffer(pointer(memory), Floats.length(memory), DataType.FLOAT);
    return Nd4j.create(buffer, shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }

  /** The elements of a contiguous float32 array; valid while the array is. */
  static MemorySegment memory(INDArray array) {
    long address = array.data().addressPointer().address();
    return MemorySegment.ofAddress(address).reinterpret(array.length() * Float.BYTES);
  }

  /** {@code array} itself if it is contiguous and row-major, else a copy that is. */
  static INDArray rowMajor(INDArray array) {
    boolean already =
        array.ordering() == 'c'
            && array.dataType() == DataType.FLOAT
            && org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape(array);
    return already ? array : array.castTo(DataType.FLOAT).dup('c');
  }
}
