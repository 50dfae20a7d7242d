@NullMarked
package io.riacho.server.ingest.http;

import org.jspecify.annotations.NullMarked;
