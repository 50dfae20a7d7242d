package io.riacho.lake;

import java.util.List;

/// The content of the lake at a moment: sealed files, and blocks that wait for their seal.
///
/// @param generation counts the changes; a file that a change removed is deleted once no reader of an
///     earlier generation is left
/// @param blocks oldest first; the last one takes the appends
record CatalogState(long generation, Manifest manifest, List<Block> blocks) {

    CatalogState {
        blocks = List.copyOf(blocks);
    }

    Block open() {
        return blocks.getLast();
    }
}
