/// The dashboard: the page, and the routes that feed it.
///
/// The page is plain HTML, CSS and JavaScript out of the jar ([PageFiles]), without a build step
/// and without a request to anybody else. [StatusHandlers] answers what it paints first,
/// [EventStreams] sends what changes from then on. [LiveBoard] keeps the newest reading of each
/// series for those who look, and nothing while nobody does.
@NullMarked
package io.riacho.dashboard;

import org.jspecify.annotations.NullMarked;
