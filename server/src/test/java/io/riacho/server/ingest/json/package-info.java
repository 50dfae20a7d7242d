@NullMarked
package io.riacho.server.ingest.json;

import org.jspecify.annotations.NullMarked;
