package io.riacho.doors.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.Resposta;
import io.riacho.protocol.hello.SaudacaoGrpc;

/// `hello.Saudacao`: answers a name with a greeting. Nobody is not greeted.
public final class GreetingService extends SaudacaoGrpc.SaudacaoImplBase {

    @Override
    public void saudar(Mensagem request, StreamObserver<Resposta> call) {
        if (request.getNome().isBlank()) {
            call.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription("nome is empty; say whom to greet")
                            .asException());
            return;
        }
        call.onNext(Resposta.newBuilder().setTexto("Olá, " + request.getNome() + "!").build());
        call.onCompleted();
    }
}
