package io.riacho.server;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import io.riacho.doors.bridge.BridgeOptions;
import io.riacho.doors.grpc.ActuatorOptions;
import io.riacho.doors.grpc.GrpcOptions;
import io.riacho.doors.mqtt.MqttOptions;
import io.riacho.doors.tcp.TcpOptions;
import io.riacho.http.HttpOptions;
import io.riacho.identity.IdentityOptions;
import io.riacho.identity.tls.TlsSection;
import io.riacho.pipeline.stages.PipelineOptions;
import io.riacho.rules.RuleConfig;
import java.net.InetAddress;
import java.nio.file.Path;
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
        @Setting(doc = "The gRPC doors.") GrpcOptions grpc,
        @Setting(doc = "Newline-delimited readings over TCP.") TcpOptions tcp,
        @Setting(doc = "The HTTP API and the live page.") HttpOptions http,
        @Setting(
                        doc =
                                "MQTT 3.1.1 and 5.0. Plain ports listen on loopback only, where"
                                        + " whoever connects may use every topic, unless"
                                        + " allow-plaintext opens them. Those with TLS are for"
                                        + " devices with certificates (see identity), wherever they"
                                        + " listen.")
                MqttOptions mqtt,
        @Setting(
                        doc =
                                "TLS for every door. Absent: plain text, which is refused off"
                                        + " loopback unless allow-plaintext says otherwise.")
                TlsSection tls,
        @Setting(
                        doc =
                                "Devices with certificates, who connect to the MQTT ports with TLS."
                                        + " 'riacho devices' issues and revokes them.")
                IdentityOptions identity,
        @Setting(
                        doc =
                                "Another MQTT broker in place of ours (AWS IoT Core, EMQX,"
                                        + " Mosquitto): Riacho connects to it as the compute"
                                        + " identity and acknowledges a message once it is durable.")
                BridgeOptions broker,
        @Setting(doc = "What may be on its way from the doors to the disk.")
                PipelineOptions.Intake intake,
        @Setting(doc = "The durable log that every receipt stands on.")
                PipelineOptions.Journal journal,
        @Setting(doc = "Statistics, windows, and what is remembered of each series.")
                PipelineOptions.Stream stream,
        @Setting(doc = "The Parquet files and the SQL over them.") PipelineOptions.Lake lake,
        @Setting(doc = "What is kept, and for how long.") PipelineOptions.Retention retention,
        @Setting(doc = "The reports' Actuator service.") ActuatorOptions actuator,
        @Setting(doc = "Orders to devices.") PipelineOptions.Commands commands,
        @Setting(doc = "What takes commands.") PipelineOptions.Devices devices,
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

    private static final String LOOPBACK = "127.0.0.1";

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
        return identity.directory(data);
    }

    /// What concerns the pipeline.
    public PipelineOptions pipeline() {
        return new PipelineOptions(
                intake,
                journal,
                stream,
                lake,
                retention,
                commands,
                devices,
                PipelineOptions.Fixed.DEFAULT);
    }

    /// The `mqtt` section, with packets that the journal can hold: a message that a session is owed
    /// must fit an entry, beside others.
    MqttOptions mqttOptions() {
        int packetBytesMax =
                Math.min(mqtt.limits().packetBytesMax(), journal.options().entryBytesMax() / 4);
        return mqtt.withLimits(mqtt.limits().withPacketBytesMax(packetBytesMax));
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
