package gradwire.kernels.code;

import gradwire.kernels.cuda.CudaDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The kernels' translations that ship in the jar. */
public enum Image {
  /** For any device of compute capability 7.5 or newer; the driver translates it once more. */
  PTX("kernels.ptx"),
  /** Machine code for compute capability 9.x. */
  CUBIN_9("kernels-9.0.cubin");

  private final String file;

  Image(String file) {
    this.file = file;
  }

  /** Machine code where there is some for the device, else the PTX. */
  public static Image of(CudaDevice device) {
    return device.major() == 9 ? CUBIN_9 : PTX;
  }

  /** The resource's name. */
  public String file() {
    return file;
  }

  /** All of it. */
  public byte[] bytes() {
    try (InputStream in = Image.class.getResourceAsStream("/gradwire/kernels/" + file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing from the class path");
      }
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
