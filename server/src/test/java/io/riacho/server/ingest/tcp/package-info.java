@NullMarked
package io.riacho.server.ingest.tcp;

import org.jspecify.annotations.NullMarked;
