package io.riacho.lake;

import java.util.List;

/// What the lake is at a moment: sealed files, and blocks that wait for their seal.
///
/// @param generation counts the changes; a file that a change removed is deleted once no reader of an
///     earlier generation is left
/// @param blocks oldest first; the last one takes the appends
record State(long generation, Manifest manifest, List<Block> blocks) {

    State {
        blocks = List.copyOf(blocks);
    }

    Block open() {
        return blocks.getLast();
    }
}
