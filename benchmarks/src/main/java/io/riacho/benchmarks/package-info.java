/// Measurements of the whole and of its parts, each beside a peer in the same run, because figures
/// of different runs or machines do not compare. Started by `./dev bench NAME`, which
/// runs the class called `NameBenchmark`; no test depends on them.
@NullMarked
package io.riacho.benchmarks;

import org.jspecify.annotations.NullMarked;
