#!/bin/bash
# Is the service in this container alive? RIACHO_HEALTH says how to ask: grpc:PORT or http:PORT. No JVM is started for
# it, since it runs every few seconds.
# From outside, RIACHO_HEALTH_HOST says where (127.0.0.1).
#
# grpc: opens HTTP/2 (RFC 9113, section 3.4) and expects the server's SETTINGS frame, which its event loop has to write.
# http: GET /readyz must answer 200, which the server does once it can make readings durable.
set -u
kind=${RIACHO_HEALTH%%:*}
port=${RIACHO_HEALTH##*:}

exec 3<>"/dev/tcp/${RIACHO_HEALTH_HOST:-127.0.0.1}/$port" || exit 1
case $kind in
  grpc)
    printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00' >&3
    # Byte 4 of a frame's header is its type; SETTINGS is 4.
    type=$(head -c 4 <&3 | tail -c 1 | od -An -tu1)
    [[ ${type// /} == 4 ]]
    ;;
  http)
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r _ status _ <&3
    [[ $status == 200 ]]
    ;;
  *)
    echo "RIACHO_HEALTH must be grpc:PORT or http:PORT, and is '$RIACHO_HEALTH'" >&2
    exit 1
    ;;
esac
