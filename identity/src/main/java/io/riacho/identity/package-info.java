/// Identities of devices: certificates, roles and rights.
///
/// [CertificateAuthority] signs; [Registry] is the list of those who may come in, and the only
/// truth about them: a certificate says a name, the registry says the role, the sensors, and
/// whether the certificate still counts. It is a file ([RegistryFile]) that the `riacho devices`
/// command and a running server both change under a lock. [Identities] keeps a running server up
/// to date with it: [X509Authenticator] decides who connects, [RoleAuthorizer] what each role
/// does by the table in [Policy], and a client that is revoked is disconnected within a second.
@NullMarked
package io.riacho.identity;

import org.jspecify.annotations.NullMarked;
