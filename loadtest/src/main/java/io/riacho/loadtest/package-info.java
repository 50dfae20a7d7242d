/// The reports' load tests: many connections to one service, at the pace of a clock.
///
/// The load is open: what is to be sent is due at instants that do not depend on the answers, and a
/// response time counts from the instant when its request was due, not from when it could be sent.
/// A server that stalls therefore shows the wait of everything that came due meanwhile, instead of
/// hiding it by slowing its own clients down (coordinated omission).
///
/// [io.riacho.loadtest.LoadRun] opens the connections, lets a [io.riacho.loadtest.Load] run for the
/// time asked while it samples the server's process, and gives a [io.riacho.loadtest.LoadResult],
/// which [io.riacho.loadtest.LoadReport] prints as a table, as JSON and as a page with plots.
@NullMarked
package io.riacho.loadtest;

import org.jspecify.annotations.NullMarked;
