package io.riacho.lake;

/// A cut of the lake's unsealed rows: everything up to and including a journal position that no
/// earlier cut has. It goes to [Lake#seal(FrozenBlock)].
public final class FrozenBlock {

    private final Block block;
    private final long upTo;

    FrozenBlock(Block block, long upTo) {
        this.block = block;
        this.upTo = upTo;
    }

    /// The last journal position that it covers; rows or not.
    public long upTo() {
        return upTo;
    }

    public long firstPosition() {
        return block.firstPosition();
    }

    public long rows() {
        return block.rows();
    }

    Block block() {
        return block;
    }
}
