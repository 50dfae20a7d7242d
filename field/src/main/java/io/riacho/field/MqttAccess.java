package io.riacho.field;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import io.riacho.client.ClientTls;
import io.riacho.formats.RiachoTopics;
import io.riacho.identity.Credentials;
import io.riacho.identity.tls.CommonName;
import io.riacho.identity.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// The address of an MQTT door, and the identity that a gateway shows there.
///
/// @param clientId with a certificate: its CN
/// @param tls null: a port without TLS, where nobody is asked who he is
/// @param topicRoot the first level of the server's topics
public record MqttAccess(
        InetSocketAddress address, String clientId, @Nullable ClientTls tls, String topicRoot) {

    /// With an identity that `riacho devices add` issued.
    ///
    /// @throws IOException naming the file that cannot be used
    public static MqttAccess with(InetSocketAddress address, Credentials identity, String topicRoot)
            throws IOException {
        return with(
                address,
                new ClientTls(identity.rootCa(), identity.certificate(), identity.privateKey()),
                topicRoot);
    }

    /// By TLS, under the name in the certificate that is shown.
    ///
    /// @throws IOException naming the file that cannot be used
    public static MqttAccess with(InetSocketAddress address, ClientTls tls, String topicRoot)
            throws IOException {
        String name =
                tls.certificate() == null
                        ? anonymous()
                        : CommonName.of(
                                TlsContexts.certificates(tls.certificate(), "certificate")
                                        .getFirst());
        return new MqttAccess(address, name, tls, topicRoot);
    }

    /// Without TLS, under a name of this process.
    public static MqttAccess plain(InetSocketAddress address, String topicRoot) {
        return new MqttAccess(address, anonymous(), null, topicRoot);
    }

    private static String anonymous() {
        return "simulator-" + ProcessHandle.current().pid();
    }

    RiachoTopics topics() {
        return new RiachoTopics(topicRoot);
    }

    /// A client that is still to be set up further.
    ///
    /// @throws IOException naming the file that cannot be used
    Mqtt5ClientBuilder client() throws IOException {
        Mqtt5ClientBuilder builder =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(clientId)
                        .serverHost(address.getHostString())
                        .serverPort(address.getPort());
        return tls == null ? builder : builder.sslConfig(tls.mqtt());
    }
}
