/// Typed configuration: what a program is told before it starts.
///
/// Each section of the YAML file is a record beside the part that it configures, each component
/// annotated with its default, its range and its explanation ([io.riacho.config.Setting]);
/// `ServerConfig` in the server is the tree of them. The schema, the example file and `riacho config`
/// are all derived from these records, so they cannot disagree.
///
/// [io.riacho.config.ConfigSources] gathers what was written where: defaults, the file, the
/// environment, flags, each over the one before. Everything wrong is reported at once, with its place
/// and, for a key that does not exist, the key that was probably meant.
@NullMarked
package io.riacho.config;

import org.jspecify.annotations.NullMarked;
