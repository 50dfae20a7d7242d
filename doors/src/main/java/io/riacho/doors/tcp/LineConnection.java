package io.riacho.doors.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.riacho.api.readings.Intake;
import io.riacho.net.ConnectionErrors;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client: cuts its bytes into lines, hands them over, and writes the answers in order.
///
/// Confined to its event loop, but for [#receipts]. What it keeps is bounded: one unfinished line, the
/// batch of the read in progress, and the answers that its client has not taken. It stops reading
/// while the intake is full, while too many lines wait for their answer, and while the client does not
/// read.
final class LineConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(LineConnection.class);
    private static final byte[] NOTHING = {};

    private final TcpOptions options;
    private final Intake intake;
    private final LineLoop loop;
    private final UnreadAnswers unread;
    private final Channel channel;

    /// The line in progress; its bytes are counted by `carried`.
    private byte[] carry = NOTHING;

    private int carried;

    /// The line in progress is too long and was answered: pass over the rest of it.
    private boolean skipping;

    private @Nullable LineBatch batch;
    private int linesLikely = 4;
    private int unanswered;

    private @Nullable ByteBuf answers;
    private boolean touched;
    private long unreadBytes;

    private boolean intakeFull;
    private boolean tooManyUnanswered;
    private boolean inputEnded;

    LineConnection(
            Channel channel,
            TcpOptions options,
            Intake intake,
            LineLoop loop,
            UnreadAnswers unread) {
        this.channel = channel;
        this.options = options;
        this.intake = intake;
        this.loop = loop;
        this.unread = unread;
    }

    ReceiptLoop receipts() {
        return loop.receipts;
    }

    // --- bytes to lines

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (inputEnded) {
                return;
            }
            int length = in.readableBytes();
            if (in.hasArray()) {
                int from = in.arrayOffset() + in.readerIndex();
                cut(in.array(), from, from + length);
            } else {
                cut(loop.bytes(in), 0, length);
            }
        } finally {
            in.release();
        }
    }

    private void cut(byte[] bytes, int from, int to) {
        int at = from;
        for (int end = newline(bytes, at, to); end >= 0; end = newline(bytes, at, to)) {
            if (skipping) {
                skipping = false;
            } else if (carried == 0) {
                line(bytes, at, end);
            } else if (keep(bytes, at, end)) {
                int length = carried;
                carried = 0;
                line(carry, 0, length);
            } else {
                skipping = false;
            }
            at = end + 1;
        }
        if (at < to && !skipping) {
            keep(bytes, at, to);
        }
        if (carried == 0) {
            carry = NOTHING;
        }
    }

    private static int newline(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /// Adds to the line in progress; or, when that gets too long, answers it and says false.
    private boolean keep(byte[] bytes, int from, int to) {
        int length = carried + to - from;
        if (length > options.lineBytesMax() + 1) {
            tooLong();
            return false;
        }
        if (carry.length < length) {
            int room = Math.max(256, Math.min(options.lineBytesMax() + 1, length * 2));
            carry = Arrays.copyOf(carry, room);
        }
        System.arraycopy(bytes, from, carry, carried, to - from);
        carried = length;
        return true;
    }

    private void tooLong() {
        carried = 0;
        carry = NOTHING;
        skipping = true;
        batch().error("the line is longer than " + options.lineBytesMax() + " bytes");
    }

    private void line(byte[] bytes, int from, int end) {
        int to = end > from && bytes[end - 1] == '\r' ? end - 1 : end;
        if (to - from > options.lineBytesMax()) {
            batch().error("the line is longer than " + options.lineBytesMax() + " bytes");
        } else if (!isBlank(bytes, from, to)) {
            batch().line(loop.decoder, bytes, from, to);
        }
        if (batch != null && batch.isFull()) {
            submit();
        }
    }

    private static boolean isBlank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    private LineBatch batch() {
        if (batch == null) {
            batch = new LineBatch(linesLikely);
        }
        return batch;
    }

    // --- lines to the intake

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        submit();
    }

    private void submit() {
        LineBatch lines = batch;
        if (lines == null) {
            return;
        }
        batch = null;
        linesLikely = lines.lines();
        unanswered += lines.lines();
        if (!intake.submit(new LineSubmission(this, lines)) && !intakeFull) {
            intakeFull = true;
            intake.whenReady(this::intakeIsReady);
        }
        mayRead();
    }

    private void intakeIsReady() {
        try {
            channel.eventLoop()
                    .execute(() -> {
                        intakeFull = false;
                        mayRead();
                    });
        } catch (RejectedExecutionException e) {
            LOG.debug("The intake is ready for a connection whose event loop has ended", e);
        }
    }

    /// Reads on, or not.
    private void mayRead() {
        if (tooManyUnanswered) {
            tooManyUnanswered = unanswered > options.fixed().unansweredLinesMax() / 2;
        } else {
            tooManyUnanswered = unanswered >= options.fixed().unansweredLinesMax();
        }
        channel.config()
                .setAutoRead(
                        !intakeFull && !tooManyUnanswered && !inputEnded && channel.isWritable());
    }

    // --- answers

    /// Where answers are written until the flush.
    ByteBuf answerBuffer(int bytesLikely) {
        if (answers == null) {
            answers = channel.alloc().buffer(bytesLikely);
        }
        return answers;
    }

    /// Says, once for each flush, that there is something to flush.
    boolean touch() {
        boolean first = !touched;
        touched = true;
        return first;
    }

    void answered(LineSubmission submission) {
        unanswered -= submission.lines();
    }

    void flushAnswers() {
        touched = false;
        ByteBuf out = answers;
        answers = null;
        if (out == null) {
            return;
        }
        if (!channel.isActive()) {
            out.release();
            return;
        }
        if (inputEnded && unanswered == 0) {
            channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.writeAndFlush(out, channel.voidPromise());
            mayRead();
        }
        countUnread();
    }

    /// Counts what the client has not taken, over all connections, and closes it if that is too much.
    private void countUnread() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long now = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        boolean tooMuch = unread.change(now - unreadBytes) && now > 0;
        unreadBytes = now;
        if (tooMuch && !channel.isWritable()) {
            LOG.info(
                    "{} is closed: {} bytes of answers wait for clients that do not read",
                    channel.remoteAddress(),
                    options.fixed().unreadAnswerBytesMax());
            channel.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        countUnread();
        mayRead();
    }

    // --- the end

    /// Takes no more lines; closes when those that it took are answered.
    void endInput() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        carried = 0;
        carry = NOTHING;
        submit();
        mayRead();
        if (unanswered == 0) {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case ChannelInputShutdownEvent _ -> {
                if (carried > 0) {
                    int length = carried;
                    carried = 0;
                    if (loop.decoder.knowsItsEnd()) {
                        line(carry, 0, length);
                    } else {
                        batch().error("the last line has no end");
                    }
                }
                endInput();
            }
            case IdleStateEvent _ -> {
                if (unanswered == 0 && !intakeFull) {
                    closeIdle();
                }
            }
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private void closeIdle() {
        if (!channel.isWritable()) {
            channel.close();
            return;
        }
        ByteBuf out = channel.alloc().buffer();
        Answers.error(out, "nothing came for " + options.idleMax().toSeconds() + " s; closing");
        channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // Lines that came whole before the end are stored, though nobody reads the answer.
        submit();
        inputEnded = true;
        carry = NOTHING;
        carried = 0;
        unread.change(-unreadBytes);
        unreadBytes = 0;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(channel, cause, LOG);
    }
}
