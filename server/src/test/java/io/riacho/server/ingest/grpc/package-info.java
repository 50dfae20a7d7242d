/// The gRPC doors, by real clients over loopback.
@NullMarked
package io.riacho.server.ingest.grpc;

import org.jspecify.annotations.NullMarked;
