package io.riacho.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of an answer as it is made, on a worker thread. A short one is sent whole, with its
/// length; a longer one in chunks, of which one at a time is on its way: the worker waits for a slow
/// client, and gives up on one that takes nothing for [HttpOptions#transfer].
///
/// Closing it ends the answer well; [#fail()] ends it so that the client sees that it is cut.
public final class ResponseStream extends OutputStream {

    private static final int CHUNK_BYTES = 32 << 10;

    private final HttpConnection connection;
    private final String contentType;
    private byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private boolean started;
    private boolean ended;
    private @Nullable ChannelFuture underWay;

    ResponseStream(HttpConnection connection, String contentType) {
        this.connection = connection;
        this.contentType = contentType;
    }

    /// Whether something was sent, so that the status can no longer change.
    boolean isStarted() {
        return started;
    }

    @Override
    public void write(int b) throws IOException {
        if (filled == chunk.length) {
            send();
        }
        chunk[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == chunk.length) {
                send();
            }
            int now = Math.min(left, chunk.length - filled);
            System.arraycopy(bytes, from, chunk, filled, now);
            filled += now;
            from += now;
            left -= now;
        }
    }

    private void send() throws IOException {
        awaitPrevious();
        if (!started) {
            started = true;
            connection.startChunks(contentType);
        }
        ByteBuf out = Unpooled.wrappedBuffer(chunk, 0, filled);
        underWay = connection.chunk(out);
        // The old one belongs to the channel now.
        chunk = new byte[CHUNK_BYTES];
        filled = 0;
    }

    private void awaitPrevious() throws IOException {
        ChannelFuture previous = underWay;
        if (previous == null) {
            return;
        }
        if (!previous.awaitUninterruptibly(connection.options().fixed().transfer().toMillis())) {
            fail();
            throw new IOException("the client does not take its answer");
        }
        if (!previous.isSuccess()) {
            ended = true;
            throw new IOException("the client closed the connection", previous.cause());
        }
    }

    /// Ends the answer with another one, if nothing was sent; otherwise cuts the connection.
    public void fail(Response instead) {
        if (ended) {
            return;
        }
        if (started) {
            fail();
            return;
        }
        ended = true;
        connection.execute(() -> connection.answer(instead));
    }

    public void fail() {
        ended = true;
        connection.channel().close();
    }

    @Override
    public void close() throws IOException {
        if (ended) {
            return;
        }
        if (started) {
            send();
            ended = true;
            connection.endChunks();
        } else {
            ended = true;
            Response whole =
                    new Response(
                            HttpResponseStatus.OK,
                            contentType,
                            Arrays.copyOf(chunk, filled),
                            Map.of());
            connection.execute(() -> connection.answer(whole));
        }
    }
}
