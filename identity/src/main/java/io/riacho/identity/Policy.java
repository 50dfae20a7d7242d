package io.riacho.identity;

import static io.riacho.identity.Role.COMPUTE;
import static io.riacho.identity.Role.GATEWAY;
import static io.riacho.identity.Role.OPERATOR;

import io.riacho.formats.RiachoTopics.Kind;
import java.util.Set;

/// The rights of each role on each kind of topic. This is all of it: what is not here is denied.
/// [Role#LOCAL] is not asked.
///
/// A last will is a status, so nobody leaves one elsewhere. What is true until it is replaced may be
/// retained (a reading, a configuration); what happens once may not: a status or a diagnosis that
/// outlives its sender lies, and a command must not reach a device after it expired.
///
/// @param publishers who may publish
/// @param retainers who may also retain
/// @param willers who may leave a will
/// @param subscribers who may subscribe
public record Policy(
        Set<Role> publishers, Set<Role> retainers, Set<Role> willers, Set<Role> subscribers) {

    private static final Set<Role> NOBODY = Set.of();

    private static final Policy DATA =
            new Policy(Set.of(GATEWAY), Set.of(GATEWAY), NOBODY, Set.of(COMPUTE, OPERATOR));
    private static final Policy STATUS =
            new Policy(Set.of(GATEWAY), NOBODY, Set.of(GATEWAY), Set.of(COMPUTE, OPERATOR));
    private static final Policy COMMAND =
            new Policy(Set.of(COMPUTE), NOBODY, NOBODY, Set.of(GATEWAY, OPERATOR));
    private static final Policy UPDATES =
            new Policy(Set.of(COMPUTE), Set.of(COMPUTE), NOBODY, Set.of(GATEWAY, OPERATOR));
    private static final Policy REPORTS =
            new Policy(Set.of(GATEWAY), NOBODY, NOBODY, Set.of(COMPUTE, OPERATOR));
    private static final Policy NOTHING = new Policy(NOBODY, NOBODY, NOBODY, NOBODY);

    /// What somebody wants to do with a topic.
    public enum Action {
        PUBLISH,
        /// Publish with RETAIN.
        RETAIN,
        WILL,
        SUBSCRIBE
    }

    /// The policy of a kind of topics.
    public static Policy of(Kind kind) {
        return switch (kind) {
            case DATA -> DATA;
            case STATUS -> STATUS;
            case COMMAND -> COMMAND;
            case UPDATES -> UPDATES;
            case ERRORS, DIAGNOSTICS -> REPORTS;
            case OTHER -> NOTHING;
        };
    }

    /// Whether the role may, for some sensor or device at least.
    public boolean allows(Role role, Action action) {
        Set<Role> allowed =
                switch (action) {
                    case PUBLISH -> publishers;
                    case RETAIN -> retainers;
                    case WILL -> willers;
                    case SUBSCRIBE -> subscribers;
                };
        return allowed.contains(role);
    }
}
