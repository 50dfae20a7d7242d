/// The port by which a door tells load balancers and supervisors whether the server can do its
/// work.
@NullMarked
package io.riacho.api.health;

import org.jspecify.annotations.NullMarked;
