/// Tests of the connection to another broker.
@NullMarked
package io.riacho.server.ingest.mqtt.broker;

import org.jspecify.annotations.NullMarked;
