package io.riacho.loadtest;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.riacho.net.EventLoops;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.Resposta;
import io.riacho.protocol.hello.SaudacaoGrpc;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// The load of greetings. A call that came due is made whether or not the one before it has been
/// answered.
final class HelloLoad implements Load {

    /// A call that is not answered for so long has failed.
    private static final long DEADLINE_SECONDS = 30;

    private static final Mensagem MESSAGE = Mensagem.newBuilder().setNome("Teste").build();
    private static final String ANSWER = "Olá, Teste!";

    private final GrpcConnections connections;
    private final Measurements measurements;
    private volatile boolean closing;

    HelloLoad(LoadOptions options, EventLoops loops, Measurements measurements) throws IOException {
        connections = new GrpcConnections(options, loops);
        this.measurements = measurements;
    }

    @Override
    public void open(int index, Opening opening) {
        connections.open(index, opening);
    }

    @Override
    public void begin() {
        // Nothing comes before the first call.
    }

    @Override
    public void send(int index, long dueNanos) {
        ManagedChannel channel = connections.channel(index);
        if (channel != null) {
            measurements.sent();
            SaudacaoGrpc.newStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .saudar(MESSAGE, new Answer(dueNanos));
        }
    }

    @Override
    public boolean sends() {
        return true;
    }

    @Override
    public void close() {
        closing = true;
        connections.close();
    }

    private final class Answer implements StreamObserver<Resposta> {

        private final long dueNanos;

        Answer(long dueNanos) {
            this.dueNanos = dueNanos;
        }

        @Override
        public void onNext(Resposta answer) {
            if (answer.getTexto().equals(ANSWER)) {
                measurements.answered(System.nanoTime() - dueNanos);
            } else {
                measurements.requestFailed("answered " + answer.getTexto());
            }
        }

        @Override
        public void onError(Throwable thrown) {
            if (!closing) {
                Status status = Status.fromThrowable(thrown);
                measurements.requestFailed(status.getCode() + ": " + status.getDescription());
            }
        }

        @Override
        public void onCompleted() {
            // The answer was counted when it came.
        }
    }
}
