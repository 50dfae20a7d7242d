#!/usr/bin/env bash
# Report 1's failure test: stops, kills and restarts each of the three containers while a client runs the flow over and
# over, and shows what it sees and how long it takes until the flow works again. Recovery is by itself, except after a
# stop, which is an operator's wish: there the script starts the container again, after a second.
#
# usage: test_failure.sh [options]
#
#   --host HOST    where the services' ports are published (localhost)
#   --rounds N     times through every service and every fault (1)
#   --out FILE     the table, as Markdown (standard output)
#   --dry-run      print what would be done
#   -h, --help
#
# Needs the services of compose/docker-compose.yml to be up. The client is `riacho flow --for`: one process, new
# connections for each flow. A kill is a SIGKILL to the service's process, from outside (needs root); a `docker kill`
# would count as a wish and not be recovered from.
# Exit: 0 every fault was recovered from, 1 one was not, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/../lib.sh"

# Recovery that takes longer has failed.
LIMIT_SECONDS=60

host=localhost
rounds=1
out=/dev/stdout
while [[ $# -gt 0 ]]; do
  case $1 in
    --host) host=$(value_of "$@"); shift ;;
    --rounds) rounds=$(value_of "$@"); shift ;;
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
    for fault in "${faults[@]}"; do printf '+ %s %s, while the flow runs at %s\n' "$fault" "$service" "$host"; done
  done
  exit
fi
need docker "install Docker (https://docs.docker.com/engine/install/)"
for service in "${services[@]}"; do
  [[ $(docker inspect -f '{{.State.Running}}' "$service" 2>/dev/null) == true ]] \
    || die 1 "$service does not run: docker compose -f deploy/compose/docker-compose.yml up -d"
done
[[ $(id -u) == 0 ]] || die 2 "a kill from outside needs root"

riacho=riacho
command -v riacho >/dev/null 2>&1 || riacho="$REPOSITORY_DIR/riacho"
work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-failure.XXXXXX")
client=""
finish() {
  [[ -z $client ]] || kill "$client" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

millis() { date +%s%3N; }

inject() {
  local fault=$1 service=$2
  case $fault in
    stop) docker stop "$service" >/dev/null; sleep 1; docker start "$service" >/dev/null ;;
    kill) kill -9 "$(docker inspect -f '{{.State.Pid}}' "$service")" ;;
    restart) docker restart "$service" >/dev/null ;;
  esac
}

# worked SINCE: the end of the first flow that began after it and worked; nothing when there is none yet.
worked() { awk -F '\t' -v since="$1" '$3 == "ok" && $1 > since { print $2; exit }' "$work/flows"; }

# A flow that works, SINCE; dies when none does in time.
await_flow() {
  local attempt
  for ((attempt = 0; attempt < 10 * LIMIT_SECONDS; attempt++)); do
    [[ -z $(worked "$1") ]] || return 0
    sleep 0.1
  done
  return 1
}

"$DEPLOY_DIR/test_grpc.sh" --readings 2 --out "$work/flow" "$host" >"$work/first.log" 2>&1 \
  || { cat "$work/first.log" >&2; die 1 "the flow does not work even before a fault"; }
"$riacho" flow --for 24h --readings 1 --out "$work/flow" --sensor "$host:50051" --processor "$host:50052" --actuator "$host:50053" >"$work/flows" 2>"$work/client.log" &
client=$!
failed=0
{
  printf '| service | fault | flows meanwhile, of which failed | what the client saw | a flow works again after |\n|---|---|---|---|---|\n'
  for ((round = 0; round < rounds; round++)); do
    for service in "${services[@]}"; do
      for fault in "${faults[@]}"; do
        await_flow "$(millis)" || { cat "$work/client.log" >&2; die 1 "the flow does not work, before $fault of $service"; }
        began=$(millis)
        inject "$fault" "$service"
        injected=$(millis)
        again="NOT RECOVERED"
        if await_flow "$injected"; then
          ended=$(worked "$injected")
          again=$(awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.1f s", (b - a) / 1000 }')
        else
          ended=$(millis)
          failed=1
        fi
        # The flows that the fault may have met.
        awk -F '\t' -v began="$began" -v ended="$ended" '$2 >= began && $2 <= ended' "$work/flows" >"$work/met"
        saw=$(awk -F '\t' '$3 != "ok" { print $3 }' "$work/met" | sort | uniq -c | sort -rn | head -n 1 | sed -e 's/^ *[0-9]* //' -e 's/|/\//g' | cut -c1-110)
        printf '| %s | %s | %s, %s | %s | %s |\n' "$service" "$fault" "$(wc -l <"$work/met" | tr -d ' ')" \
          "$(awk -F '\t' '$3 != "ok"' "$work/met" | wc -l | tr -d ' ')" "${saw:-nothing of it}" "$again"
      done
    done
  done
  printf '\nA flow took %s s where nothing was wrong (median).\n' \
    "$(awk -F '\t' '$3 == "ok" { print ($2 - $1) / 1000 }' "$work/flows" | sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", v[int((NR + 1) / 2)] }')"
} >"$out"
[[ $failed == 0 ]] || die 1 "not every fault was recovered from; docker logs SERVICE says more"
