package gradwire.plan;

import gradwire.kernels.cpu.Window;
import gradwire.kernels.cpu.Window.Size;
import java.util.Optional;

/**
 * A kernel's way over images of any size.
 *
 * @param kernel its rows and columns
 * @param stride from one window to the next
 * @param padding zeros around the image; not asked for with {@code same}
 * @param dilation from one of the kernel's pixels to the next
 * @param same whether there are as many windows as the stride gives without a kernel, with as many
 *     zeros as this needs: half of them, rounded down, above and to the left
 */
public record Geometry(Size kernel, Size stride, Size padding, Size dilation, boolean same) {
  /** The windows of images of one shape; without a geometry there is one, as large as an image. */
  public static Window of(Optional<Geometry> geometry, Shape image) {
    Size one = new Size(1, 1);
    return geometry.orElse(new Geometry(image.size(), one, new Size(0, 0), one, false)).on(image);
  }

  /** What is left of an image when every window has become a pixel. */
  static Shape pooled(Optional<Geometry> geometry, Shape image) {
    Window window = of(geometry, image);
    return new Shape(window.output().height(), window.output().width(), window.channels());
  }

  /** The windows of images of one shape. */
  public Window on(Shape image) {
    Size reach =
        new Size(
            reach(kernel.height(), dilation.height()), reach(kernel.width(), dilation.width()));
    Size output =
        new Size(
            count(image.height(), reach.height(), stride.height(), padding.height()),
            count(image.width(), reach.width(), stride.width(), padding.width()));
    Size before =
        same
            ? new Size(
                before(output.height(), image.height(), reach.height(), stride.height()),
                before(output.width(), image.width(), reach.width(), stride.width()))
            : padding;
    return new Window(image.size(), kernel, stride, before, dilation, output, image.channels());
  }

  private static int reach(int kernel, int dilation) {
    return (kernel - 1) * dilation + 1;
  }

  private int count(int image, int reach, int stride, int padding) {
    return same
        ? Math.ceilDiv(image, stride)
        : Math.floorDiv(image + 2 * padding - reach, stride) + 1;
  }

  private static int before(int output, int image, int reach, int stride) {
    return Math.max(0, (output - 1) * stride + reach - image) / 2;
  }
}
