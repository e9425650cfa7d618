/** Tensors in files that NumPy reads: the safetensors layout, with a hash. */
@NullMarked
package gradwire.safetensors;

import org.jspecify.annotations.NullMarked;
