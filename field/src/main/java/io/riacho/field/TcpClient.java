package io.riacho.field;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// The TCP door: a line each, an answer each.
final class TcpClient implements Door {

    private static final int TIMEOUT_MILLIS = 15_000;
    private static final String RECEIPT = "Dados recebidos com sucesso.";

    private final InetSocketAddress address;
    private final @Nullable SSLSocketFactory tls;
    private @Nullable Connection connection;

    private record Connection(Socket socket, BufferedReader in, Writer out) {}

    /// @param tls null: plain text
    TcpClient(InetSocketAddress address, @Nullable SSLContext tls) {
        this.address = address;
        this.tls = tls == null ? null : tls.getSocketFactory();
    }

    @Override
    public Receipts deliver(List<Emission> emissions) throws IOException {
        try {
            Connection open = connected();
            StringBuilder lines = new StringBuilder();
            emissions.forEach(emission -> lines.append(Json.line(emission)).append('\n'));
            open.out.write(lines.toString());
            open.out.flush();
            int stored = 0;
            for (int i = 0; i < emissions.size(); i++) {
                String answer = open.in.readLine();
                if (answer == null) {
                    throw new EOFException("the server closed the connection");
                }
                stored += answer.equals(RECEIPT) ? 1 : 0;
            }
            return new Receipts(stored, emissions.size() - stored);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Connection connected() throws IOException {
        Connection open = connection;
        if (open == null) {
            Socket socket = reach();
            try {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                open =
                        new Connection(
                                socket,
                                new BufferedReader(
                                        new InputStreamReader(
                                                socket.getInputStream(), StandardCharsets.UTF_8)),
                                new OutputStreamWriter(
                                        socket.getOutputStream(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                socket.close();
                throw e;
            }
            connection = open;
        }
        return open;
    }

    /// Tries each address that the name has.
    private Socket reach() throws IOException {
        IOException failed = null;
        for (InetAddress each : InetAddress.getAllByName(address.getHostString())) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(each, address.getPort()), TIMEOUT_MILLIS);
                return tls == null ? socket : secured(tls, socket);
            } catch (IOException e) {
                socket.close();
                failed = new IOException(address.getHostString() + ": " + e.getMessage(), e);
            }
        }
        throw failed == null ? new IOException(address.getHostString() + ": no address") : failed;
    }

    private Socket secured(SSLSocketFactory factory, Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        factory.createSocket(
                                plain, address.getHostString(), address.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        // The certificate must be for this host, as a browser wants it.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.startHandshake();
        return socket;
    }

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.socket.close();
            } catch (IOException _) {
                // It is gone either way.
            }
        }
    }
}
