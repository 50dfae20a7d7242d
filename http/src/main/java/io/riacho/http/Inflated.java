package io.riacho.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// A body that came compressed, inflated within its limits. Closing it gives its memory back to the
/// budget.
public final class Inflated implements AutoCloseable {

    private static final int STEP_BYTES = 64 << 10;

    private final BodyBudget budget;
    private byte[] bytes = new byte[0];
    private int length;
    private long taken;

    private Inflated(BodyBudget budget) {
        this.budget = budget;
    }

    /// Inflates a whole gzip stream.
    ///
    /// @throws HttpProblemException 413 when it inflates to more than `bytesMax`, 503 when all bodies
    ///     together take too much, 400 when it is not gzip
    public static Inflated gzip(byte[] body, int length, int bytesMax, BodyBudget budget)
            throws HttpProblemException {
        Inflated inflated = new Inflated(budget);
        boolean whole = false;
        try (InputStream in =
                new GZIPInputStream(new ByteArrayInputStream(body, 0, length), 8192)) {
            inflated.fill(in, bytesMax);
            whole = true;
            return inflated;
        } catch (IOException e) {
            throw HttpProblemException.badRequest("the body is not gzip: " + e.getMessage());
        } finally {
            if (!whole) {
                inflated.close();
            }
        }
    }

    private void fill(InputStream in, int bytesMax) throws IOException, HttpProblemException {
        while (true) {
            if (length == bytes.length) {
                grow((int) Math.min(bytesMax + 1L, Math.max(STEP_BYTES, bytes.length * 2L)));
            }
            int read = in.read(bytes, length, bytes.length - length);
            if (read < 0) {
                return;
            }
            length += read;
            if (length > bytesMax) {
                throw new HttpProblemException(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "the body inflates to more than " + bytesMax + " bytes; send it in parts");
            }
        }
    }

    private void grow(int room) throws HttpProblemException {
        if (!budget.take(room - taken)) {
            throw new HttpProblemException(
                    Response.unavailable("too many large requests at once; try again", 1));
        }
        taken = room;
        bytes = Arrays.copyOf(bytes, room);
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    @Override
    public void close() {
        budget.giveBack(taken);
        taken = 0;
    }
}
