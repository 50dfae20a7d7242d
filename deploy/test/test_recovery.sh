#!/usr/bin/env bash
# Kills the server of compose/single.yml while readings come in, and compares what it holds with what it acknowledged.
# The container has to come back by itself each time; every acknowledged reading must be there, and none twice.
#
# usage: test_recovery.sh [options]
#
#   --host HOST    where port 5000 is published (127.0.0.1)
#   --kills N      (3)
#   --senders N    connections that send, a reading at a time, each for a sensor of its own (4)
#   --dry-run      print what would be done
#   -h, --help
#
# A kill is a SIGKILL to the server's process from outside (needs root); a `docker kill` would count as a wish and not be
# recovered from. Prints how many readings were acknowledged, and how long the server was away.
# Exit: 0 nothing was lost, 1 something was, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/../lib.sh"

CONTAINER=riacho
ANSWER='Dados recebidos com sucesso.'

host=127.0.0.1
kills=3
senders=4
while [[ $# -gt 0 ]]; do
  case $1 in
    --host) host=$(value_of "$@"); shift ;;
    --kills) kills=$(value_of "$@"); shift ;;
    --senders) senders=$(value_of "$@"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[[ $kills =~ ^[1-9][0-9]*$ && $senders =~ ^[1-9][0-9]*$ ]] || die 2 "--kills and --senders need a number above 0"
if [[ $DRY_RUN == 1 ]]; then
  printf '+ %s senders to %s:5000; %s times: kill -9 the process of container %s, wait for it to answer; compare by SQL\n' "$senders" "$host" "$kills" "$CONTAINER"
  exit
fi
need docker "install Docker (https://docs.docker.com/engine/install/)"
[[ $(docker inspect -f '{{.State.Running}}' "$CONTAINER" 2>/dev/null) == true ]] \
  || die 1 "$CONTAINER does not run: docker compose -f deploy/compose/single.yml up -d"
[[ $(id -u) == 0 ]] || die 2 "a kill from outside needs root"

work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-recovery.XXXXXX")
# The senders stop when this goes.
touch "$work/go"
pids=()
finish() {
  rm -rf "$work"
  [[ ${#pids[@]} == 0 ]] || kill "${pids[@]}" 2>/dev/null || true
}
trap finish EXIT

# A name that no earlier run used: the volume may hold more than ours.
prefix="recovery-$(date +%s)"
# Timestamps count up by 1 ms from a minute ago, and stay behind the clock.
first_millis=$((($(date +%s) - 60) * 1000))

# One sender: a line, its answer, the next; what was acknowledged goes into a file. Connects again until told to stop.
send() {
  local sensor=$1 millis=$first_millis answer
  exec 2>/dev/null
  while [[ -e $work/go ]]; do
    if exec 3<>"/dev/tcp/$host/5000"; then
      while [[ -e $work/go ]]; do
        millis=$((millis + 1))
        printf '{"sensor_id":"%s","value":%d,"timestamp":%d}\n' "$sensor" "$((millis % 1000))" "$millis" >&3 || break
        IFS= read -r -t 10 answer <&3 || break
        [[ $answer == "$ANSWER" ]] || break
        printf '%d\n' "$millis" >>"$work/$sensor.acknowledged"
      done
      exec 3>&-
    fi
    sleep 0.05
  done
}

answers() { RIACHO_HEALTH=http:8080 RIACHO_HEALTH_HOST=$host "$DEPLOY_DIR/docker/healthcheck.sh" 2>/dev/null; }
pid_of() { docker inspect -f '{{.State.Pid}}' "$CONTAINER"; }
sql() { docker exec "$CONTAINER" /opt/riacho/bin/riacho query --format csv "$1" | tail -n +2 | tr -d '"\r'; }
acknowledged() { { cat "$work"/*.acknowledged 2>/dev/null || true; } | wc -l | tr -d ' '; }

for ((n = 1; n <= senders; n++)); do
  send "$prefix-$n" &
  pids+=($!)
done

for ((kill = 1; kill <= kills; kill++)); do
  before=$(acknowledged)
  sleep 2
  (($(acknowledged) > before)) || die 1 "nothing is acknowledged any more"
  pid=$(pid_of)
  began=$(date +%s.%N)
  kill -9 "$pid"
  for ((attempt = 0; ; attempt++)); do
    # Another process, and it can make readings durable.
    now=$(pid_of)
    [[ $now != 0 && $now != "$pid" ]] && answers && break
    ((attempt < 600)) || die 1 "the container did not come back within 60 s: docker logs $CONTAINER"
    sleep 0.1
  done
  say "kill $kill: answers again after $(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }') s; $(acknowledged) readings acknowledged so far"
done
sleep 1
rm "$work/go"
wait "${pids[@]}" || true
pids=()

lost=0
for ((n = 1; n <= senders; n++)); do
  sensor=$prefix-$n
  [[ -s $work/$sensor.acknowledged ]] || die 1 "$sensor got no acknowledgement at all"
  : >"$work/stored"
  # A query gives at most 100,000 rows.
  for ((from = first_millis; from <= $(tail -n 1 "$work/$sensor.acknowledged"); from += 50000)); do
    sql "SELECT epoch_ms(timestamp) FROM readings WHERE sensor = '$sensor' AND epoch_ms(timestamp) BETWEEN $from AND $((from + 49999)) ORDER BY 1" >>"$work/stored"
  done
  missing=$(comm -23 <(sort "$work/$sensor.acknowledged") <(sort "$work/stored") | wc -l)
  twice=$(sort "$work/stored" | uniq -d | wc -l)
  say "$sensor: $(wc -l <"$work/$sensor.acknowledged") acknowledged, $(wc -l <"$work/stored") stored, $missing missing, $twice twice"
  [[ $missing == 0 && $twice == 0 ]] || lost=1
done
[[ $lost == 0 ]] || die 1 "what was acknowledged is not what is there"
say "ok: $kills kills, nothing acknowledged was lost, nothing is there twice"
