#!/usr/bin/env bash
# Report 1's failure test: stops, kills and restarts each of the three containers while the flow runs, and shows what the
# client sees and how long it takes until the flow works again. Recovery is by itself, except after a stop, which is an
# operator's wish: there the script starts the container again.
#
# usage: test_failure.sh [--rounds N] [--out FILE]
#
#   --rounds N    times through every service and every fault (1)
#   --out FILE    the table, as Markdown (standard output)
#   -h, --help
#
# Needs the services of compose/docker-compose.yml to be up. A kill is a SIGKILL to the service's process, from outside
# (needs root); a `docker kill` would count as a wish and not be recovered from.
# Exit: 0 every fault was recovered from, 1 one was not, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

rounds=1
out=/dev/stdout
while [[ $# -gt 0 ]]; do
  case $1 in
    --rounds) rounds=$(value_of "$@"); shift ;;
    --out) out=$(absolute "$(value_of "$@")"); shift ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
need docker "install Docker (https://docs.docker.com/engine/install/)"
services=(sensor-service processor-service actuator-service)
for service in "${services[@]}"; do
  [[ $(docker inspect -f '{{.State.Running}}' "$service" 2>/dev/null) == true ]] \
    || die 1 "$service does not run: docker compose -f deploy/compose/docker-compose.yml up -d"
done
[[ $(id -u) == 0 ]] || die 2 "a kill from outside needs root"

work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-failure.XXXXXX")
trap 'rm -rf "$work"' EXIT

flow() { "$DEPLOY_DIR/test_grpc.sh" --readings "$1" --timeout 60 --out "$work/flow" >"$work/flow.log" 2>&1; }
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
pid_of() { docker inspect -f '{{.State.Pid}}' "$1"; }

inject() {
  local fault=$1 service=$2
  case $fault in
    stop) docker stop "$service" >/dev/null; sleep 1; docker start "$service" >/dev/null ;;
    kill) kill -9 "$(pid_of "$service")" ;;
    restart) docker restart "$service" >/dev/null ;;
  esac
}

flow 2 || { cat "$work/flow.log" >&2; die 1 "the flow does not work even before a fault"; }
failed=0
{
  printf '| service | fault | the client that was at it | flow works again after |\n|---|---|---|---|\n'
  for ((round = 0; round < rounds; round++)); do
    for service in "${services[@]}"; do
      for fault in stop kill restart; do
        flow 5 &
        client=$!
        sleep 2
        began=$(date +%s.%N)
        inject "$fault" "$service"
        if wait "$client"; then saw="saw nothing of it"; else saw=$(grep -v '^[{} ]' "$work/flow.log" | tail -n 1 | tr '|' '/' | cut -c1-120); fi
        recovered=""
        for _ in $(seq 1 60); do
          if flow 1; then recovered=$(seconds_since "$began"); break; fi
          sleep 0.5
        done
        [[ -n $recovered ]] || failed=1
        printf '| %s | %s | %s | %s |\n' "$service" "$fault" "$saw" "$([[ -n $recovered ]] && printf "%s s" "$recovered" || printf "NOT RECOVERED")"
      done
    done
  done
} >"$out"
[[ $failed == 0 ]] || die 1 "not every fault was recovered from; docker logs SERVICE says more"
