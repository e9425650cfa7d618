/** Who computes what: replicas are fixed for a run, the workers that compute them come and go. */
@NullMarked
package gradwire.membership;

import org.jspecify.annotations.NullMarked;
