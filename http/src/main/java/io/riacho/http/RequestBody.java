package io.riacho.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// The body of one request as it comes in, within the budget of all bodies. On one thread; what was
/// handed out by [#bytes()] is not written any more after [#free()].
final class RequestBody {

    private static final byte[] NOTHING = {};
    private static final int ROOM_FIRST = 1024;

    /// What became of a part.
    enum Added {
        YES,
        /// With it the body would be longer than any may be.
        TOO_LONG,
        /// The bodies of all requests take all the room there is.
        NO_ROOM
    }

    private final BodyBudget budget;
    private final int bytesMax;
    private byte[] bytes = NOTHING;
    private int length;
    private long taken;

    RequestBody(BodyBudget budget, int bytesMax) {
        this.budget = budget;
        this.bytesMax = bytesMax;
    }

    /// The body, and room behind it.
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /// Adds a part; when it is not added the part is not read.
    Added add(ByteBuf part) {
        int more = part.readableBytes();
        if (more > bytesMax - length) {
            return Added.TOO_LONG;
        }
        if (!grow(length + more)) {
            return Added.NO_ROOM;
        }
        part.readBytes(bytes, length, more);
        length += more;
        return Added.YES;
    }

    private boolean grow(int toLength) {
        if (toLength <= bytes.length) {
            return true;
        }
        int room = (int) Math.min(bytesMax, Math.max(ROOM_FIRST, toLength * 2L));
        if (!budget.take(room)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, room);
        // While it was copied there were two; the first one ends here.
        budget.giveBack(taken);
        taken = room;
        return true;
    }

    /// Forgets the body, for the next one.
    void free() {
        bytes = NOTHING;
        length = 0;
        budget.giveBack(taken);
        taken = 0;
    }
}
