/// Whether the server can do its work, for load balancers and supervisors.
@NullMarked
package io.riacho.api.health;

import org.jspecify.annotations.NullMarked;
