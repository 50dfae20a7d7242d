/// The live page: its files, and the board of what it shows.
///
/// The page is plain HTML, CSS and JavaScript out of the jar, without a build step and without a
/// request to anybody else. [LiveBoard] keeps the newest reading of each series for those who look, and
/// nothing while nobody does.
@NullMarked
package io.riacho.dashboard;

import org.jspecify.annotations.NullMarked;
