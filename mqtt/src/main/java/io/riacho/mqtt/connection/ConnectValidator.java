package io.riacho.mqtt.connection;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.MqttLimits;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks a CONNECT before anybody is asked whether its client may connect.
final class ConnectValidator {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectValidator.class);

    private ConnectValidator() {}

    /// What of this protocol level is spoken, or what comes nearest for the answer.
    static Version answeredIn(int level) {
        return level < Version.MQTT_5.level() ? Version.MQTT_3_1_1 : Version.MQTT_5;
    }

    /// Why a CONNECT that is well-formed is not acceptable, or null when it is.
    static Authenticator.@Nullable Refused refusal(
            ConnectPacket packet, Version version, MqttLimits limits) {
        if (packet.authenticationMethod() != null) {
            return new Authenticator.Refused(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "enhanced authentication is not supported");
        }
        if (packet.clientId().isEmpty() && version == Version.MQTT_3_1_1 && !packet.cleanStart()) {
            return new Authenticator.Refused(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "an empty client id needs a clean session");
        }
        int idBytes = packet.clientId().getBytes(StandardCharsets.UTF_8).length;
        if (idBytes > limits.fixed().clientIdBytesMax()) {
            return new Authenticator.Refused(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "a client id of "
                            + idBytes
                            + " bytes; at most "
                            + limits.fixed().clientIdBytesMax());
        }
        ConnectPacket.Will will = packet.will();
        if (will != null && !mayBeWillTopic(will.topic(), limits)) {
            return new Authenticator.Refused(
                    ReasonCode.TOPIC_NAME_INVALID, "the will's topic is not valid");
        }
        return null;
    }

    private static boolean mayBeWillTopic(String topic, MqttLimits limits) {
        return Topics.isName(topic, limits.fixed().topicLevelsMax())
                && !Topics.isShared(topic)
                && !topic.startsWith("$SYS/");
    }

    /// The peer's chain as TLS verified it; empty without TLS or without a client certificate.
    static List<X509Certificate> certificates(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        List<X509Certificate> chain = new ArrayList<>(2);
        if (tls != null) {
            try {
                for (Certificate each : tls.engine().getSession().getPeerCertificates()) {
                    if (each instanceof X509Certificate x509) {
                        chain.add(x509);
                    }
                }
            } catch (SSLPeerUnverifiedException e) {
                LOG.trace("A client without a certificate", e);
            }
        }
        return chain;
    }
}
