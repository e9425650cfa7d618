/** What jobs that train an image classifier have in common. */
@NullMarked
package gradwire.examples.images;

import org.jspecify.annotations.NullMarked;
