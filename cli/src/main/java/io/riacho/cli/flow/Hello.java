package io.riacho.cli.flow;

import io.grpc.StatusRuntimeException;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.SaudacaoGrpc;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The client of the greeting service (Saudacao).
public final class Hello {

    /// How long the answer may take, in s.
    private static final int ANSWER_SECONDS_MAX = 10;

    private Hello() {}

    /// What the service answers to a name.
    ///
    /// @param tls null: plain text
    /// @throws IOException when there is no answer, naming the service and its reason
    public static String greet(Target target, String name, @Nullable ClientTls tls)
            throws IOException {
        try (Target.Channel to = target.open(tls)) {
            return SaudacaoGrpc.newBlockingStub(to.channel())
                    .withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                    .saudar(Mensagem.newBuilder().setNome(name).build())
                    .getTexto();
        } catch (StatusRuntimeException e) {
            throw Flow.failed("the greeting", target, e.getStatus(), e);
        }
    }
}
