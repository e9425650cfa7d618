/** How a failure is worded: where, what was expected, what was got, what to do next. */
@NullMarked
package gradwire.error;

import org.jspecify.annotations.NullMarked;
