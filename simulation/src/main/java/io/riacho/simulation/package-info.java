/// Disks that lie and seeds that replay: what the tests of durability are made of.
///
/// [io.riacho.simulation.DiskThatLosesUnsyncedWrites] stands in for the real disk in tests and in
/// `./dev sim`: it keeps what was synced, and of the rest only what chance leaves.
/// [io.riacho.simulation.Seed] makes that chance repeatable.
/// [io.riacho.simulation.FuzzSeeds] gives `./dev fuzz` what it begins with. Nothing here is used in
/// production.
@NullMarked
package io.riacho.simulation;

import org.jspecify.annotations.NullMarked;
