#!/usr/bin/env bash
# Report 1's failure test: stops, kills and restarts each of the three containers while clients run the flow over and
# over, and shows what they see and how long it takes until the flow works again. Recovery is by itself, except after a
# stop, which is an operator's wish: there the script starts the container again, after a second.
#
# usage: test_failure.sh [options]
#
#   --host HOST    where the services' ports are published (localhost)
#   --rounds N     times through every service and every fault (1)
#   --clients N    flows at the same time (3)
#   --out FILE     the table, as Markdown (standard output)
#   --dry-run      print what would be done
#   -h, --help
#
# Needs the services of compose/docker-compose.yml to be up. A kill is a SIGKILL to the service's process, from outside
# (needs root); a `docker kill` would count as a wish and not be recovered from.
# Exit: 0 every fault was recovered from, 1 one was not, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

# Recovery that takes longer has failed.
LIMIT_SECONDS=60

host=localhost
rounds=1
clients=3
out=/dev/stdout
while [[ $# -gt 0 ]]; do
  case $1 in
    --host) host=$(value_of "$@"); shift ;;
    --rounds) rounds=$(value_of "$@"); shift ;;
    --clients) clients=$(value_of "$@"); shift ;;
    --out) out=$(absolute "$(value_of "$@")"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
services=(sensor-service processor-service actuator-service)
faults=(stop kill restart)
if [[ $DRY_RUN == 1 ]]; then
  for service in "${services[@]}"; do
    for fault in "${faults[@]}"; do printf '+ %s %s, while %s clients run the flow at %s\n' "$fault" "$service" "$clients" "$host"; done
  done
  exit
fi
need docker "install Docker (https://docs.docker.com/engine/install/)"
for service in "${services[@]}"; do
  [[ $(docker inspect -f '{{.State.Running}}' "$service" 2>/dev/null) == true ]] \
    || die 1 "$service does not run: docker compose -f deploy/compose/docker-compose.yml up -d"
done
[[ $(id -u) == 0 ]] || die 2 "a kill from outside needs root"

work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-failure.XXXXXX")
pids=()
finish() {
  [[ ${#pids[@]} == 0 ]] || kill "${pids[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

now() { date +%s.%N; }
flow() { "$DEPLOY_DIR/test_grpc.sh" --readings 1 --timeout 30 --out "$work/flow-$1" "$host" >"$work/flow-$1.log" 2>&1; }

# One client: flow after flow while `go` is there. A line for each: when it began, when it ended, and what it said.
client() {
  local began said
  while [[ -e $work/go ]]; do
    began=$(now)
    if flow "$1"; then
      said=ok
    else
      # The client's own words, not the script's.
      said=$(grep -vE '^(test_grpc.sh|client )' "$work/flow-$1.log" | tail -n 1 | tr '\t|' ' /' | sed 's/^riacho[a-z ]*: //' | cut -c1-110)
    fi
    printf '%s\t%s\t%s\n' "$began" "$(now)" "${said:-failed without a word}" >>"$work/client-$1"
  done
}

inject() {
  local fault=$1 service=$2
  case $fault in
    stop) docker stop "$service" >/dev/null; sleep 1; docker start "$service" >/dev/null ;;
    kill) kill -9 "$(docker inspect -f '{{.State.Pid}}' "$service")" ;;
    restart) docker restart "$service" >/dev/null ;;
  esac
}

# What all clients wrote down so far; nothing when no flow has ended yet.
flows() { cat "$work"/client-* 2>/dev/null || true; }

# recovered SINCE: the end of the first flow that began after it and worked; nothing when there is none yet.
recovered() { flows | awk -F '\t' -v since="$1" '$3 == "ok" && $1 > since { print $2 }' | sort -n | head -n 1; }

mkdir -p "$work"
flow 0 || { cat "$work/flow-0.log" >&2; die 1 "the flow does not work even before a fault"; }
failed=0
{
  printf '| service | fault | flows, failed | what a client saw | a flow works again after |\n|---|---|---|---|---|\n'
  for ((round = 0; round < rounds; round++)); do
    for service in "${services[@]}"; do
      for fault in "${faults[@]}"; do
        rm -f "$work"/client-*
        touch "$work/go"
        for ((n = 1; n <= clients; n++)); do
          client "$n" &
          pids+=($!)
        done
        sleep 2
        began=$(now)
        inject "$fault" "$service"
        injected=$(now)
        ended=""
        for ((attempt = 0; attempt < 10 * LIMIT_SECONDS; attempt++)); do
          ended=$(recovered "$injected")
          [[ -z $ended ]] || break
          sleep 0.1
        done
        rm "$work/go"
        wait "${pids[@]}" || true
        pids=()
        [[ -n $ended ]] || failed=1
        saw=$(flows | awk -F '\t' '$3 != "ok" { print $3 }' | sort | uniq -c | sort -rn | head -n 1 | sed 's/^ *[0-9]* //')
        printf '| %s | %s | %s, %s | %s | %s |\n' "$service" "$fault" \
          "$(flows | wc -l | tr -d ' ')" "$(flows | awk -F '\t' '$3 != "ok"' | wc -l | tr -d ' ')" \
          "${saw:-nothing of it}" \
          "$(if [[ -n $ended ]]; then awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.1f s", b - a }'; else printf 'NOT RECOVERED'; fi)"
      done
    done
  done
} >"$out"
[[ $failed == 0 ]] || die 1 "not every fault was recovered from; docker logs SERVICE says more"
