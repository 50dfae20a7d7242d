/// The TCP door, port 5000: a line is a reading, and each line is answered once it is durable.
///
/// [TcpDoor] listens; a [LineConnection] cuts a connection's bytes into lines and has a [LineDecoder]
/// turn them into readings. All lines of one read go to the intake as one [LineSubmission]. Receipts
/// come back in groups: a [ReceiptLoop] writes the answers of a whole group with one task per event
/// loop and one flush per connection. docs/tcp.md is the contract.
@NullMarked
package io.riacho.doors.tcp;

import org.jspecify.annotations.NullMarked;
