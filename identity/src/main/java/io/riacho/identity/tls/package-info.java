/// TLS for every door: from PEM files to Netty's contexts, with errors that say which file is wrong
/// and how.
@NullMarked
package io.riacho.identity.tls;

import org.jspecify.annotations.NullMarked;
