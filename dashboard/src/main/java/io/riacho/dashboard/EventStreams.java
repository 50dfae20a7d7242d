package io.riacho.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Devices;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import io.riacho.formats.json.CommandJson;
import io.riacho.formats.json.DeviceJson;
import io.riacho.formats.json.JsonWriting;
import io.riacho.formats.json.Rfc3339;
import io.riacho.http.Exchange;
import io.riacho.http.HttpConnection;
import io.riacho.http.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `GET /api/v1/events`: [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html).
///
/// Ten times a second, what changed is written once and sent to all. A follower whose socket is full
/// is passed over; when it takes again it is told what it missed and gets the newest of everything. So
/// a slow one costs nothing but its socket's buffer. Confined to one event loop; [#follow] and
/// [#snapshot] may be called from any thread.
final class EventStreams {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

    static final String TYPE = "text/event-stream; charset=utf-8";

    private static final int TICK_MILLIS = 100;
    private static final int TICKS_PER_SECOND = 1000 / TICK_MILLIS;

    /// Series in one event; more wait for the next tick.
    private static final int SERIES_PER_EVENT = 1000;

    /// Devices in one event; more wait for the next tick. What a follower begins with has no more either.
    private static final int DEVICES_PER_EVENT = 1000;

    private static final int RECENT_COMMANDS = 50;

    /// The board stays open for so long after the last look at it.
    private static final int LINGER_TICKS = 60 * TICKS_PER_SECOND;

    /// A snapshot is of what is known after so long, also when the stream thread is held up.
    private static final int WAIT_TICKS_MAX = 2 * TICKS_PER_SECOND;

    private final EventLoop loop;
    private final LiveBoard board;
    private final Commands commands;
    private final Devices devices;
    private final CommitTime commitTime;
    private final int streamsMax;
    private final List<Follower> followers = new ArrayList<>();
    private final double[] counts = new double[5];

    private @Nullable ScheduledFuture<?> ticking;
    private final List<Consumer<List<LiveBoard.Tile>>> waiting = new ArrayList<>();
    private int waitedTicks;
    private long tick;
    private long lastLook;
    private long readingsBefore;
    private volatile double readingsPerSecond;

    EventStreams(
            EventLoop loop,
            LiveFeed feed,
            Commands commands,
            Devices devices,
            CommitTime commitTime,
            int streamsMax) {
        this.loop = loop;
        this.board = new LiveBoard(feed);
        this.commands = commands;
        this.devices = devices;
        this.commitTime = commitTime;
        this.streamsMax = streamsMax;
    }

    private static final class Follower {
        final HttpConnection connection;
        boolean behind = true;
        long readingsMissed;
        long commandsMissed;

        Follower(HttpConnection connection) {
            this.connection = connection;
        }

        Channel channel() {
            return connection.channel();
        }
    }

    /// The route's handler.
    void follow(Exchange exchange) {
        HttpConnection connection = exchange.connection();
        loop.execute(() -> {
            if (followers.size() >= streamsMax) {
                exchange.answer(
                        Response.unavailable(
                                "there are already " + streamsMax + " followers of live events",
                                10));
                return;
            }
            exchange.takeOver();
            Follower follower = new Follower(connection);
            followers.add(follower);
            look();
            connection.execute(() -> {
                connection.takeOver(TYPE);
                connection.channel().closeFuture().addListener(_ -> forget(follower));
            });
        });
    }

    private void forget(Follower follower) {
        try {
            loop.execute(() -> followers.remove(follower));
        } catch (RejectedExecutionException e) {
            // The process ends, and nobody is followed any more.
        }
    }

    /// What the page paints first.
    ///
    /// @param use gets the series; called on the event loop
    void snapshot(Consumer<List<LiveBoard.Tile>> use) {
        loop.execute(() -> {
            look();
            if (board.isCurrent()) {
                use.accept(board.series());
            } else {
                waiting.add(use);
            }
        });
    }

    /// Serves who waited for the board to have what there is.
    private void serveWaiting() {
        waitedTicks = 0;
        List<Consumer<List<LiveBoard.Tile>>> served = List.copyOf(waiting);
        waiting.clear();
        served.forEach(use -> use.accept(board.series()));
    }

    /// Somebody looks: from here on the board is kept.
    private void look() {
        lastLook = tick;
        if (!board.isOpen()) {
            board.open(this::onCurrent);
            readingsBefore = board.readings();
            java.util.Arrays.fill(counts, 0);
        }
        if (ticking == null) {
            ticking =
                    loop.scheduleAtFixedRate(
                            this::guardedTick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// On the stream thread.
    private void onCurrent() {
        try {
            loop.execute(this::serveWaiting);
        } catch (RejectedExecutionException e) {
            // The event loop has ended before, and nobody waits any more.
        }
    }

    /// A timer that throws is never called again.
    private void guardedTick() {
        try {
            tick();
        } catch (RuntimeException e) {
            LOG.error("Live events were left out", e);
        }
    }

    private void tick() {
        tick++;
        if (!waiting.isEmpty() && ++waitedTicks > WAIT_TICKS_MAX) {
            serveWaiting();
        }
        if (tick % TICKS_PER_SECOND == 0) {
            board.sample();
            rate();
        }
        if (followers.isEmpty()) {
            if (tick - lastLook > LINGER_TICKS) {
                close();
            }
            return;
        }
        lastLook = tick;
        List<LiveBoard.Tile> changed = board.takeChanged(SERIES_PER_EVENT);
        List<Command> changedCommands = board.takeCommands();
        List<Device> changedDevices = board.takeDevices(DEVICES_PER_EVENT);
        int lost = board.takeCommandsMissed();
        ByteBuf news = Unpooled.buffer(256);
        if (!changed.isEmpty()) {
            event(news, "readings", json -> readings(json, changed));
        }
        if (!changedCommands.isEmpty()) {
            event(news, "commands", json -> CommandJson.list(json, changedCommands));
        }
        if (!changedDevices.isEmpty()) {
            event(news, "devices", json -> DeviceJson.list(json, devices, changedDevices));
        }
        if (tick % TICKS_PER_SECOND == 0) {
            event(news, "state", this::state);
        }
        try {
            for (Follower each : followers) {
                tell(each, news, changed.size(), changedCommands.size(), lost);
            }
        } finally {
            news.release();
        }
    }

    private void tell(Follower follower, ByteBuf news, int series, int ofCommands, int lost) {
        follower.commandsMissed += lost;
        Channel channel = follower.channel();
        if (!channel.isWritable()) {
            follower.behind = true;
            follower.readingsMissed += series;
            follower.commandsMissed += ofCommands;
            return;
        }
        if (follower.behind || follower.commandsMissed > 0) {
            ByteBuf everything = Unpooled.buffer(1024);
            if (follower.readingsMissed > 0 || follower.commandsMissed > 0) {
                event(
                        everything,
                        "missed",
                        json -> {
                            json.writeStartObject();
                            json.writeNumberField("readings", follower.readingsMissed);
                            json.writeNumberField("commands", follower.commandsMissed);
                            json.writeEndObject();
                        });
            }
            event(everything, "readings", json -> readings(json, board.series()));
            event(everything, "commands", json -> CommandJson.list(json, oldestFirst()));
            List<Device> first = devices.first(DEVICES_PER_EVENT);
            if (!first.isEmpty()) {
                event(everything, "devices", json -> DeviceJson.list(json, devices, first));
            }
            event(everything, "state", this::state);
            follower.behind = false;
            follower.readingsMissed = 0;
            follower.commandsMissed = 0;
            send(channel, everything);
        } else if (news.isReadable()) {
            send(channel, news.retainedDuplicate());
        }
    }

    private static void send(Channel channel, ByteBuf event) {
        channel.writeAndFlush(new DefaultHttpContent(event), channel.voidPromise());
    }

    private List<Command> oldestFirst() {
        return commands.recent(RECENT_COMMANDS).reversed();
    }

    /// Readings a second, over the last five.
    private void rate() {
        long now = board.readings();
        System.arraycopy(counts, 1, counts, 0, counts.length - 1);
        counts[counts.length - 1] = now - readingsBefore;
        readingsBefore = now;
        double sum = 0;
        for (double each : counts) {
            sum += each;
        }
        readingsPerSecond = sum / counts.length;
    }

    private void state(JsonGenerator json) throws IOException {
        json.writeStartObject();
        rates(json);
        json.writeNumberField("followers", followers.size());
        json.writeEndObject();
    }

    /// The figures at the head of the page, as fields.
    void rates(JsonGenerator json) throws IOException {
        json.writeNumberField("readings_per_second", readingsPerSecond);
        json.writeFieldName("commit_p99_ms");
        JsonWriting.value(json, commitTime.millisP99());
        json.writeFieldName("presence");
        DeviceJson.counts(json, devices);
    }

    static void reading(JsonGenerator json, LiveReading reading) throws IOException {
        json.writeStringField("sensor", reading.sensor());
        json.writeStringField("metric", reading.metric());
        json.writeFieldName("value");
        JsonWriting.number(json, reading.value());
        json.writeStringField("timestamp", Rfc3339.format(reading.timestampMicros()));
        json.writeStringField("unit", reading.unit());
        json.writeStringField("source", reading.source());
        json.writeNumberField("count", reading.count());
        json.writeFieldName("average");
        JsonWriting.number(json, reading.average());
        json.writeFieldName("min");
        JsonWriting.number(json, reading.min());
        json.writeFieldName("max");
        JsonWriting.number(json, reading.max());
    }

    private static void readings(JsonGenerator json, List<LiveBoard.Tile> tiles)
            throws IOException {
        json.writeStartArray();
        for (LiveBoard.Tile each : tiles) {
            json.writeStartObject();
            reading(json, each.latest());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void event(ByteBuf out, String name, JsonWriting.Content data) {
        out.writeCharSequence("event: " + name + "\ndata: ", StandardCharsets.US_ASCII);
        out.writeBytes(JsonWriting.bytes(data));
        out.writeCharSequence("\n\n", StandardCharsets.US_ASCII);
    }

    /// Stops watching. On the event loop.
    private void close() {
        board.close();
        if (ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    /// Stops watching, from any thread.
    void stop() {
        try {
            loop.execute(this::close);
        } catch (RejectedExecutionException e) {
            // The event loop has ended before, and the ticks with it.
        }
    }
}
