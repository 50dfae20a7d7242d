/// The file operations that durability depends on, as few as they can be.
///
/// The journal, the lake and the snapshots reach the file system through [io.riacho.disk.Disk] and
/// through nothing else when the order of what reaches the platter matters. [io.riacho.disk.RealDisk]
/// is the operating system; the module `simulation` has one that loses, tears and reorders whatever
/// was not synced, which is how every claim of durability is tested.
@NullMarked
package io.riacho.disk;

import org.jspecify.annotations.NullMarked;
