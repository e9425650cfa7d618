/**
 * Push and pull over gRPC: the documented protobuf messages, with tensors copied once between
 * off-heap memory and the socket's buffers. Generated types never leave this package.
 */
@NullMarked
package gradwire.transport.grpc;

import org.jspecify.annotations.NullMarked;
