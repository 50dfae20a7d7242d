@NullMarked
package io.riacho.server.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
