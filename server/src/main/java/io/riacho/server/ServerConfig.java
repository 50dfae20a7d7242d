package io.riacho.server;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import io.riacho.identity.IdentityOptions;
import io.riacho.rules.RuleConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that a server can be told, checked. Component by component this is the configuration
/// file; `riacho.example.yaml` is printed from it.
///
/// Obtained from [ConfigSources]; [#defaults()] and [#with(Map)] are for callers that have no file.
public record ServerConfig(
        @Setting(
                        value = "data",
                        doc =
                                "Where everything durable lives; one server at a time holds its"
                                        + " lock. A relative path is relative to the working"
                                        + " directory.")
                Path data,
        @Setting(
                        value = "false",
                        doc =
                                "Whether Sensor.StreamReadings makes up readings for a sensor that"
                                        + " nobody feeds (one a second, never stored).")
                boolean simulate,
        @Setting(
                        value = "127.0.0.1",
                        doc =
                                "The address on which doors listen. Anything but loopback needs tls"
                                        + " with client-ca, or allow-plaintext. 0.0.0.0 is every IPv4"
                                        + " interface, '::' every interface.")
                String bind,
        @Setting(
                        value = "false",
                        doc =
                                "Listen off loopback without TLS and credentials: whoever reaches a"
                                        + " port may write and read. For networks that are closed by"
                                        + " other means; warned about at every start.")
                boolean allowPlaintext,
        @Setting(doc = "The gRPC doors.") Grpc grpc,
        @Setting(doc = "Newline-delimited readings over TCP.") Tcp tcp,
        @Setting(doc = "The HTTP API and the live page.") Http http,
        @Setting(
                        doc =
                                "MQTT 3.1.1 and 5.0. Plain ports listen on loopback only, where"
                                        + " whoever connects may use every topic, unless"
                                        + " allow-plaintext opens them. Those with TLS are for"
                                        + " devices with certificates (see identity), wherever they"
                                        + " listen.")
                Mqtt mqtt,
        @Setting(
                        doc =
                                "TLS for every door. Absent: plain text, which is refused off"
                                        + " loopback unless allow-plaintext says otherwise.")
                Tls tls,
        @Setting(
                        doc =
                                "Devices with certificates, who connect to the MQTT ports with TLS."
                                        + " 'riacho devices' issues and revokes them.")
                Identity identity,
        @Setting(
                        doc =
                                "Another MQTT broker in place of ours (AWS IoT Core, EMQX,"
                                        + " Mosquitto): Riacho connects to it as the compute"
                                        + " identity and acknowledges a message once it is durable.")
                Broker broker,
        @Setting(doc = "What may be on its way from the doors to the disk.") Intake intake,
        @Setting(doc = "The durable log that every receipt stands on.") Journal journal,
        @Setting(doc = "Statistics, windows, and what is remembered of each series.") Stream stream,
        @Setting(doc = "The Parquet files and the SQL over them.") Lake lake,
        @Setting(doc = "What is kept, and for how long.") Retention retention,
        @Setting(doc = "The reports' Actuator service.") Actuator actuator,
        @Setting(doc = "Orders to devices.") Commands commands,
        @Setting(doc = "What takes commands.") Devices devices,
        @Setting(
                        value = "",
                        doc =
                                "Named lists of devices. A rule's device may be a group: each of its"
                                        + " devices then gets the command.")
                Map<String, List<String>> groups,
        @Setting(
                        value = "none",
                        doc =
                                "What turns statistics into commands. Absent: one rule, 'average >"
                                        + " 25' over the running average of temperature, for the"
                                        + " sensor's own device. An empty list: no rules.")
                @Nullable List<RuleConfig> rules) {

    /// The gRPC doors: the reports' services and `riacho.v1`.
    public record Grpc(
            @Setting(value = DOOR_BIND, doc = DOOR_BIND_DOC) @Nullable String bind,
            @Setting(
                            value = "50051",
                            min = 0,
                            max = PORT_MAX,
                            doc =
                                    "Sensor, Saudacao and riacho.v1 (ingest, commands, queries)."
                                            + " 0, here and for every port, picks a free one.")
                    int sensorPort,
            @Setting(value = "50052", min = 0, max = PORT_MAX, doc = "Processor.")
                    int processorPort,
            @Setting(value = "50053", min = 0, max = PORT_MAX, doc = "Actuator.") int actuatorPort,
            @Setting(
                            value = "4MiB",
                            min = 1024,
                            max = INT_MAX,
                            doc = "The largest message; a larger one ends its call.")
                    int messageBytesMax,
            @Setting(
                            value = "10000",
                            min = 1,
                            doc = "Connections per port; further ones are closed at once.")
                    int connectionsMax,
            @Setting(
                            value = "10000",
                            min = 1,
                            doc = "Calls at once on one connection; further ones wait.")
                    int callsPerConnectionMax,
            @Setting(
                            value = "10000",
                            min = 1,
                            doc =
                                    "Sensors in one ProcessReadings call; one more ends the call"
                                            + " with RESOURCE_EXHAUSTED.")
                    int sensorsPerCallMax) {}

    /// The TCP door.
    public record Tcp(
            @Setting(value = DOOR_BIND, doc = DOOR_BIND_DOC) @Nullable String bind,
            @Setting(value = "5000", min = 0, max = PORT_MAX, doc = "The port.") int port,
            @Setting(
                            value = "64KiB",
                            min = 64,
                            max = INT_MAX,
                            doc = "The longest line; a longer one is answered with an error.")
                    int lineBytesMax,
            @Setting(
                            value = "10000",
                            min = 1,
                            doc = "Connections; a further one gets an error line and is closed.")
                    int connectionsMax,
            @Setting(
                            value = "10m",
                            min = 1000,
                            doc = "A connection that sends nothing for so long is closed.")
                    Duration idleMax) {}

    /// The HTTP door.
    public record Http(
            @Setting(value = DOOR_BIND, doc = DOOR_BIND_DOC) @Nullable String bind,
            @Setting(value = "8080", min = 0, max = PORT_MAX, doc = "The port.") int port,
            @Setting(
                            value = "16MiB",
                            min = 1024,
                            max = INT_MAX,
                            doc = "The largest body, inflated; a larger one is answered 413.")
                    int bodyBytesMax,
            @Setting(value = "2000", min = 1, doc = "Connections; a further one is closed at once.")
                    int connectionsMax,
            @Setting(
                            value = "60s",
                            min = 1000,
                            doc = "A connection without a request for so long is closed.")
                    Duration idleMax,
            @Setting(
                            value = "10s",
                            min = 0,
                            doc =
                                    "How long a write waits for room in the intake before it is"
                                            + " answered 503 with Retry-After.")
                    Duration intakeWaitMax,
            @Setting(
                            value = "200",
                            min = 0,
                            doc = "Pages that follow the live events at once; then 503.")
                    int eventStreamsMax) {}

    /// The MQTT door.
    public record Mqtt(
            @Setting(value = DOOR_BIND, doc = DOOR_BIND_DOC) @Nullable String bind,
            @Setting(
                            value = "1883",
                            min = 0,
                            max = PORT_MAX,
                            doc = "Without TLS. none, here and for the next three, is no port.")
                    @Nullable Integer port,
            @Setting(value = "8883", min = 0, max = PORT_MAX, doc = "With TLS.")
                    @Nullable Integer tlsPort,
            @Setting(
                            value = "8083",
                            min = 0,
                            max = PORT_MAX,
                            doc = "Over WebSocket, path /mqtt, without TLS.")
                    @Nullable Integer wsPort,
            @Setting(
                            value = "8084",
                            min = 0,
                            max = PORT_MAX,
                            doc = "Over WebSocket, path /mqtt, with TLS.")
                    @Nullable Integer wssPort,
            @Setting(
                            value = "irrigation",
                            doc =
                                    "The first level of Riacho's topics: irrigation/sensors/s1/data"
                                            + " carries readings of s1.")
                    String topicRoot,
            @Setting(
                            value = "20000",
                            min = 1,
                            doc = "Connections; a further one is closed at once.")
                    int connectionsMax,
            @Setting(
                            value = "1MiB",
                            min = 1024,
                            max = MQTT_PACKET_BYTES_MAX,
                            doc =
                                    "The largest packet; a larger one ends its connection. At most a"
                                            + " quarter of an entry of the journal, which is 40 MiB"
                                            + " or journal.segment-bytes if that is less.")
                    int packetBytesMax,
            @Setting(
                            value = "4096",
                            min = 1,
                            max = PORT_MAX,
                            doc =
                                    "Messages of QoS 1 and 2 from one client that are not yet"
                                            + " acknowledged. MQTT 5 clients are told, and"
                                            + " disconnected beyond it; others are read no further.")
                    int receiveMax,
            @Setting(
                            value = "256",
                            min = 1,
                            max = PORT_MAX,
                            doc =
                                    "Messages of QoS 1 and 2 in flight to one client; further ones"
                                            + " wait in its session.")
                    int sendMax,
            @Setting(
                            value = "10000",
                            min = 1,
                            doc =
                                    "Sessions, connected or not; a client that would need one more"
                                            + " is refused.")
                    int sessionsMax,
            @Setting(
                            value = "7d",
                            min = 0,
                            max = MQTT_EXPIRY_MILLIS_MAX,
                            doc =
                                    "How long a session outlives its connection, at most. 0: not at"
                                            + " all.")
                    Duration sessionExpiryMax,
            @Setting(
                            value = "1000",
                            min = 1,
                            doc =
                                    "Messages that wait for one client that is away or slow; then"
                                            + " the oldest makes room.")
                    int queuedMessagesMax,
            @Setting(
                            value = "64MiB",
                            min = 65_536,
                            doc = "Bytes that wait for all clients together; likewise.")
                    long queuedBytesMax,
            @Setting(value = "10000", min = 0, doc = "Retained messages; one more is refused.")
                    int retainedMessagesMax) {}

    /// TLS for every door.
    public record Tls(
            @Setting(
                            value = "none",
                            doc = "The server's certificate chain, PEM. Needs key as well.")
                    @Nullable Path certificate,
            @Setting(value = "none", doc = "Its private key, PEM (PKCS#8), not encrypted.")
                    @Nullable Path key,
            @Setting(
                            value = "none",
                            doc =
                                    "Certificate authorities, PEM. With it every client must show a"
                                            + " certificate that one of them signed.")
                    @Nullable Path clientCa) {

        /// Whether doors speak TLS.
        public boolean enabled() {
            return certificate != null;
        }
    }

    /// Devices with certificates.
    public record Identity(
            @Setting(
                            value = "none",
                            doc =
                                    "Where the authority's key, the registry of devices and the"
                                            + " server's certificate for them are. none: 'identity'"
                                            + " in the data directory.")
                    @Nullable Path directory,
            @Setting(
                            value = "",
                            doc =
                                    "DNS names and IP addresses by which devices reach this server,"
                                            + " besides localhost, the host's name and where it"
                                            + " listens. They are in the certificate that Riacho's"
                                            + " own authority signs for it.")
                    List<String> serverNames,
            @Setting(
                            value = "730d",
                            min = 60_000,
                            max = 315_360_000_000L,
                            doc = "How long the certificate of a device counts.")
                    Duration certificateValidity,
            @Setting(
                            value = "none",
                            doc =
                                    "PEM file that devices are given to check the server by. none:"
                                            + " Riacho's own authority. Needed when"
                                            + " tls.certificate is another's.")
                    @Nullable Path rootCa,
            @Setting(
                            value = "none",
                            doc =
                                    "PEM file of authorities whose certificates register themselves"
                                            + " as devices when they first connect.")
                    @Nullable Path trustedCa,
            @Setting(
                            value = "none",
                            doc =
                                    "File of the revocation lists (CRL, PEM or DER) of these"
                                            + " authorities; read again when it changes. Who is in"
                                            + " one is disconnected and refused.")
                    @Nullable Path trustedCrl,
            @Setting(
                            value = "gateway",
                            doc =
                                    "What those become that register themselves: gateway, compute"
                                            + " or operator.")
                    String jitRole,
            @Setting(
                            value = "1000",
                            min = 1,
                            max = JIT_DEVICES_MAX,
                            doc = "How many may register themselves; a further one is refused.")
                    int jitDevicesMax) {}

    /// Another broker in place of ours.
    public record Broker(
            @Setting(
                            value = "none",
                            doc =
                                    "ssl://host:8883, or tcp://host:1883 where the network is closed"
                                            + " by other means. none: no other broker.")
                    @Nullable String url,
            @Setting(
                            value = "none",
                            doc = "The compute identity's certificate, PEM. Needs key as well.")
                    @Nullable Path certificate,
            @Setting(value = "none", doc = "Its private key, PEM, not encrypted.")
                    @Nullable Path key,
            @Setting(
                            value = "none",
                            doc =
                                    "PEM file of the authorities that may sign the broker's"
                                            + " certificate. none: those that Java trusts.")
                    @Nullable Path ca,
            @Setting(
                            value = "none",
                            doc =
                                    "none: the CN of the certificate. It names the session in which"
                                            + " the broker keeps what comes while Riacho is away.")
                    @Nullable String clientId,
            @Setting(
                            value = "none",
                            doc =
                                    "The name of a shared subscription: several instances of one"
                                            + " name divide the readings among them, and none of"
                                            + " them commands devices there. none: this instance"
                                            + " gets all.")
                    @Nullable String share,
            @Setting(
                            value = "100",
                            min = 1,
                            max = 65_535,
                            doc =
                                    "Commands and updates on their way there without a PUBACK;"
                                            + " further ones wait. AWS IoT Core takes 100.")
                    int publishesInFlightMax,
            @Setting(
                            value = "100",
                            min = 1,
                            max = 100_000,
                            doc =
                                    "Messages that Riacho publishes there in a second; further ones"
                                            + " wait. AWS IoT Core takes 100.")
                    int publishesPerSecondMax,
            @Setting(
                            value = "500KiB",
                            min = 2048,
                            max = Integer.MAX_VALUE,
                            doc =
                                    "Bytes of them in a second; further ones wait. AWS IoT Core"
                                            + " delays what is beyond 512 KB.")
                    int publishBytesPerSecondMax,
            @Setting(
                            value = "128KiB",
                            min = 1024,
                            max = MQTT_PACKET_BYTES_MAX,
                            doc =
                                    "The largest message that Riacho publishes there. AWS IoT Core"
                                            + " takes 128KiB.")
                    int payloadBytesMax) {}

    /// The bound of what is on its way.
    public record Intake(
            @Setting(
                            value = "64MiB",
                            min = 65_536,
                            doc =
                                    "Bytes of readings that wait for the disk, over all doors. When"
                                            + " it is reached, doors stop reading from their"
                                            + " sockets; nothing is dropped.")
                    long bytesMax) {}

    /// The journal.
    public record Journal(
            @Setting(
                            value = "64MiB",
                            min = 1_048_576,
                            doc =
                                    "Size of a segment, preallocated. Segments are deleted whole,"
                                            + " once the lake holds what is in them.")
                    long segmentBytes) {}

    /// Statistics and memory per series.
    public record Stream(
            @Setting(
                            value = "1m, 15m, 1h, 1d",
                            min = 1000,
                            doc = "Sizes of the tumbling windows, in UTC, for rollups.")
                    List<Duration> windows,
            @Setting(
                            value = "64",
                            min = 1,
                            doc =
                                    "Readings of a series that are remembered after they are sealed."
                                            + " A reading older than these is looked up in the lake"
                                            + " before it is counted.")
                    int rememberedPerSeries,
            @Setting(
                            value = "100000",
                            min = 1,
                            doc =
                                    "Series (sensor and metric) that may exist; a reading that"
                                            + " would begin one more is refused with its reason.")
                    int seriesMax,
            @Setting(
                            value = "10m",
                            min = 0,
                            doc =
                                    "How far ahead of the server's clock a timestamp may be; one"
                                            + " further ahead is refused.")
                    Duration futureMax) {}

    /// Sealing and querying.
    public record Lake(
            @Setting(
                            value = "500000",
                            min = 1,
                            doc =
                                    "Rows held in memory until they are written as Parquet; about"
                                            + " 50 bytes each. More rows make fewer, larger files.")
                    int sealRowsMax,
            @Setting(
                            value = "5m",
                            min = 1000,
                            doc = "How long rows wait to be written when there are few.")
                    Duration sealEvery,
            @Setting(
                            value = "256MiB",
                            min = 33_554_432,
                            doc = "Memory that DuckDB may use for queries and seals.")
                    long memoryBytesMax,
            @Setting(value = "2", min = 1, max = 1024, doc = "Threads that DuckDB may use.")
                    int threads,
            @Setting(value = "30s", min = 1, doc = "A query that takes longer is cancelled.")
                    Duration queryTimeMax,
            @Setting(
                            value = "100000",
                            min = 1,
                            doc = "Rows of one answer; what is beyond is cut, and said to be.")
                    long queryRowsMax) {}

    /// What is kept.
    public record Retention(
            @Setting(
                            value = "none",
                            min = 86_400_000,
                            doc =
                                    "Readings older than this are deleted by whole days; their"
                                            + " statistics stay. none: kept for ever.")
                    @Nullable Duration ageMax,
            @Setting(
                            value = "none",
                            min = 67_108_864,
                            doc =
                                    "The lake's size; beyond it the oldest days are deleted. none:"
                                            + " no limit but the disk.")
                    @Nullable Long bytesMax,
            @Setting(
                            value = "512MiB",
                            min = 0,
                            doc =
                                    "Free disk below which new readings are refused with an error."
                                            + " What is there stays readable, and writing resumes"
                                            + " by itself when there is room.")
                    long freeDiskBytesMin) {}

    /// The reports' Actuator.
    public record Actuator(
            @Setting(value = "25", doc = "Execute answers turn_on for an average above this.")
                    double threshold) {}

    /// Orders to devices.
    public record Commands(
            @Setting(
                            value = "24h",
                            min = 1000,
                            doc =
                                    "How long a command is worth carrying out. A device that returns"
                                            + " later gets it all the same, if it is still the newest,"
                                            + " with a new expiry.")
                    Duration expiry,
            @Setting(
                            value = "1000",
                            doc =
                                    "The priority of orders by hand among the rules'. A rule of a"
                                            + " higher priority decides against them.")
                    int manualPriority) {}

    /// What takes commands.
    public record Devices(
            @Setting(
                            value = "100000",
                            min = 1,
                            doc =
                                    "Devices that may be known. An order by hand to a further one is"
                                            + " refused.")
                    int max) {}

    static final String DOOR_BIND = "none";
    static final String DOOR_BIND_DOC = "The address of this door, where it is not 'bind'.";
    static final String LOOPBACK = "127.0.0.1";
    static final int PORT_MAX = 65_535;
    static final int INT_MAX = Integer.MAX_VALUE;

    /// The largest packet that the protocol knows.
    static final int MQTT_PACKET_BYTES_MAX = 268_435_455;

    /// 68 years: fits the 32 bits of seconds.
    static final long MQTT_EXPIRY_MILLIS_MAX = 2_147_483_647_000L;

    /// Each registration writes the whole registry.
    static final int JIT_DEVICES_MAX = 10_000;

    public ServerConfig {
        rules = rules == null ? null : List.copyOf(rules);
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    }

    /// A gathering of settings from where they may be written.
    public static ConfigSources<ServerConfig> sources() {
        return new ConfigSources<>(ServerConfig.class, Checks::check);
    }

    /// What a server without a file, environment or flags does.
    public static ServerConfig defaults() {
        return with(Map.of());
    }

    /// The defaults with some settings changed.
    ///
    /// @param settings by path, such as `tcp.port`, written as in a flag
    /// @throws ConfigException when a path does not exist or a value is wrong
    public static ServerConfig with(Map<String, String> settings) {
        ConfigSources<ServerConfig> sources = sources();
        settings.forEach((path, value) -> sources.flag(path, value));
        return sources.load().config();
    }

    /// Where identities are.
    public Path identityDirectory() {
        Path directory = identity.directory();
        return directory == null ? data.resolve("identity") : directory;
    }

    /// How identities are kept and made.
    public IdentityOptions identityOptions() {
        return PartOptions.identity(this);
    }

    /// The address on which the gRPC doors listen.
    public String grpcBind() {
        return grpc.bind() == null ? bind : grpc.bind();
    }

    /// The address on which the TCP door listens.
    public String tcpBind() {
        return tcp.bind() == null ? bind : tcp.bind();
    }

    /// The address on which the HTTP door listens.
    public String httpBind() {
        return http.bind() == null ? bind : http.bind();
    }

    /// The address on which the MQTT door listens.
    public String mqttBind() {
        return mqtt.bind() == null ? bind : mqtt.bind();
    }

    /// The address of the MQTT ports without TLS: loopback, unless plain text is allowed elsewhere.
    public String mqttPlainBind() {
        String address = mqttBind();
        return allowPlaintext || isLoopback(address) ? address : LOOPBACK;
    }

    /// Whether an address is loopback. Names other than `localhost` are not looked up: what they mean
    /// can change.
    ///
    /// @throws IllegalArgumentException when it is neither an IP address nor `localhost`
    static boolean isLoopback(String address) {
        return address.equals("localhost") || InetAddress.ofLiteral(address).isLoopbackAddress();
    }
}
