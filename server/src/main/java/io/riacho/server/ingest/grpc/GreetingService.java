package io.riacho.server.ingest.grpc;

import io.grpc.stub.StreamObserver;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.Resposta;
import io.riacho.protocol.hello.SaudacaoGrpc;

/// `hello.Saudacao`: answers a name with a greeting.
public final class GreetingService extends SaudacaoGrpc.SaudacaoImplBase {

    @Override
    public void saudar(Mensagem request, StreamObserver<Resposta> call) {
        call.onNext(Resposta.newBuilder().setTexto("Olá, " + request.getNome() + "!").build());
        call.onCompleted();
    }
}
