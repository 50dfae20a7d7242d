#!/usr/bin/env bash
# Makes the load figures of the technical report, from a checkout: sensor streams, greetings and TCP readings against a
# server that may use 1 GiB of memory and 2 processors. Each line is the median of several runs, each with a server that
# was started for it: its first seconds count. The load program runs on the same machine, outside the limit, and takes
# its share of the processors.
#
# usage: load_report.sh [options]
#
#   --limit WHAT     docker: a container, --memory 1g --cpus 2; jvm: a process with a heap and a processor count to match,
#                    where there is no engine (docker where the images are there, else jvm)
#   --tag TAG        of the images (check, as test_containers.sh builds them)
#   --streams LIST   numbers of sensor streams ("5 50 500 5000")
#   --greetings LIST greetings at once, every five seconds ("50 5000")
#   --lines LIST     TCP connections, a reading a second each ("5 50 500 5000")
#   --duration D     of each run, once all connections stand (20s)
#   --runs N         of each line (3)
#   --out DIR        load.md, and what `riacho load` writes (target/load)
#   --dry-run        print what would run
#   -h, --help
#
# Needs python3. Exit: 0 all answered, 1 a run failed, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/../lib.sh"

# With 1 GiB to itself a service may have half of it as heap.
JAVA_OPTIONS="-Xmx512m -XX:MaxDirectMemorySize=256m"
CONTAINER="riacho-load"
# Where the server answers: an address beside what runs on 127.0.0.1, or the container's own. A published port would
# have Docker's proxy in between, for every connection.
HOST=127.0.0.51

limit=""
tag=check
streams="5 50 500 5000"
greetings="50 5000"
lines="5 50 500 5000"
duration=20s
runs=3
out="$REPOSITORY_DIR/target/load"
while [[ $# -gt 0 ]]; do
  case $1 in
    --limit) limit=$(value_of "$@"); shift ;;
    --tag) tag=$(value_of "$@"); shift ;;
    --streams) streams=${2-}; shift ;;
    --greetings) greetings=${2-}; shift ;;
    --lines) lines=${2-}; shift ;;
    --duration) duration=$(value_of "$@"); shift ;;
    --runs) runs=$(value_of "$@"); shift ;;
    --out) out=$(absolute "$(value_of "$@")"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[[ "$streams $greetings $lines" =~ ^[0-9\ ]*$ ]] || die 2 "--streams, --greetings and --lines are lists of numbers"
[[ $runs =~ ^[1-9][0-9]*$ ]] || die 2 "--runs needs a number above 0"

if [[ -z $limit ]]; then
  limit=jvm
  if docker info >/dev/null 2>&1 && docker image inspect "sensor-service:$tag" >/dev/null 2>&1; then limit=docker; fi
fi
[[ $limit == docker || $limit == jvm ]] || die 2 "--limit is docker or jvm"
need python3 "it makes the table"
[[ $limit == jvm || $DRY_RUN == 1 ]] || docker image inspect "sensor-service:$tag" >/dev/null 2>&1 \
  || die 3 "there is no image sensor-service:$tag: deploy/build_and_push.sh --load --tag $tag, or --limit jvm"

riacho="$REPOSITORY_DIR/riacho"
[[ $DRY_RUN == 1 ]] || "$riacho" version >/dev/null || die 1 "./riacho could not be built"
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-load.XXXXXX")
server_pid=""
stop() {
  if [[ $limit == docker ]]; then docker rm -f -v "$CONTAINER" >/dev/null 2>&1 || true; fi
  if [[ -n $server_pid ]]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=""
  fi
  rm -rf "$work/data"
}
finish() {
  [[ $DRY_RUN == 1 ]] || stop
  rm -rf "$work"
}
trap finish EXIT
# Thousands of connections are as many files.
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true

# start TARGET PORT: a new server for it, within the limit; sets server_pid, or PID for a container.
start() {
  local target=$1 port=$2 image command health=grpc:$2
  case $target in
    sensor) image=sensor-service command=(sensor) ;;
    hello) image=greeting-service command=(greeting) ;;
    tcp) image=riacho health=http:8080 command=(up --data "$work/data") ;;
  esac
  if [[ $limit == docker ]]; then
    run docker run -d --name "$CONTAINER" --memory 1g --memory-swap 1g --cpus 2 --read-only --tmpfs /tmp:rw,exec,nosuid,size=160m \
      --cap-drop ALL --security-opt no-new-privileges --env "RIACHO_JAVA_OPTS=$JAVA_OPTIONS" \
      "$image:$tag" >"$work/started"
    [[ $DRY_RUN == 0 ]] || { cat "$work/started"; return; }
    PID=$(docker inspect -f '{{.State.Pid}}' "$CONTAINER")
    HOST=$(docker inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$CONTAINER")
  else
    [[ $DRY_RUN == 0 ]] || { printf '+ %s %s\n' "$riacho" "${command[*]}"; return; }
    RIACHO_JAVA_OPTS="$JAVA_OPTIONS -XX:ActiveProcessorCount=2" RIACHO_BIND=$HOST RIACHO_ALLOW_PLAINTEXT=true \
      "$riacho" "${command[@]}" >"$work/server.log" 2>&1 &
    server_pid=$!
    PID=$server_pid
  fi
  for _ in $(seq 1 600); do
    ! RIACHO_HEALTH=$health RIACHO_HEALTH_HOST=$HOST "$DEPLOY_DIR/docker/healthcheck.sh" 2>/dev/null || return 0
    sleep 0.1
  done
  die 1 "the server for '$target' does not answer"
}

failed=0
# measure TARGET PORT CONNECTIONS
measure() {
  local target=$1 port=$2 connections=$3 n folder period=1s
  [[ $target != hello ]] || period=5s
  for ((n = 1; n <= runs; n++)); do
    folder=$out/run-$n
    start "$target" "$port"
    if [[ $DRY_RUN == 1 ]]; then
      printf '+ %s load --target %s --to %s:%s --connections %s --duration %s --period %s\n' "$riacho" "$target" "$HOST" "$port" "$connections" "$duration" "$period"
      continue
    fi
    say "$target, $connections, run $n of $runs"
    rm -f "$folder/load-$target-$connections.json"
    "$riacho" load --target "$target" --to "$HOST:$port" --connections "$connections" --duration "$duration" --period "$period" \
      --pid "$PID" --out "$folder" >"$work/load.log" 2>&1 || { failed=1; cat "$work/load.log" >&2; }
    stop
  done
}

for n in $streams; do measure sensor 50051 "$n"; done
for n in $greetings; do measure hello 50051 "$n"; done
for n in $lines; do measure tcp 5000 "$n"; done
[[ $DRY_RUN == 0 ]] || exit 0

python3 - "$out" "$runs" "$limit" "$duration" <<'PYTHON' >"$out/load.md"
import glob, json, os, platform, statistics, sys
out, runs, limit, duration = sys.argv[1:]

def median(files, *path):
    values = []
    for file in files:
        value = json.load(open(file))
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            values.append(value)
    return statistics.median(values) if values else None

def text(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"

where = "a container with 1 GiB of memory and 2 processors" if limit == "docker" else "a process with a 512 MiB heap and 2 processors as the JVM sees it (no cgroup limit)"
print(f"Server: {where}. Machine: {os.cpu_count()} processors, {platform.system()} {platform.machine()}, shared with the load program.")
print(f"Median of {runs} runs of {duration}; times in ms; processor in % of one.\n")
titles = {
    "sensor": ("sensor streams", "first reading p50", "first reading p99", "jitter p50", "jitter p99", "readings/s"),
    "hello": ("greetings at once", "answer p50", "answer p99", "answer p99.9", "answer max", "answers/s"),
    "tcp": ("TCP connections", "receipt p50", "receipt p99", "receipt p99.9", "receipt max", "receipts/s"),
}
for target, columns in titles.items():
    sizes = sorted({int(os.path.basename(f).split("-")[2].split(".")[0]) for f in glob.glob(f"{out}/run-*/load-{target}-*.json")})
    if not sizes:
        continue
    print("| " + " | ".join(columns) + " | failed or lost | processor % | memory max, MiB |")
    print("|---" * (len(columns) + 3) + "|")
    for size in sizes:
        files = [f"{out}/run-{n}/load-{target}-{size}.json" for n in range(1, int(runs) + 1)]
        files = [f for f in files if os.path.exists(f)]
        of = lambda *path: median(files, *path)
        if target == "sensor":
            times = [of("response_ms", "p50"), of("response_ms", "p99"), of("jitter_ms", "p50"), of("jitter_ms", "p99")]
        else:
            times = [of("response_ms", p) for p in ("p50", "p99", "p99.9", "max")]
        rate = statistics.median(json.load(open(f))["received"] / json.load(open(f))["seconds"] for f in files)
        bad = sum(json.load(open(f))["failed"] + json.load(open(f))["lost"] for f in files)
        memory = of("server", "resident_bytes_max")
        print(f"| {size:,} | " + " | ".join(text(t) for t in times) + f" | {text(rate, 0)} | {bad} | {text(of('server', 'cpu_percent_mean'), 0)} | {text(None if memory is None else memory / 2**20, 0)} |")
    print()
PYTHON
cat "$out/load.md"
[[ $failed == 0 ]] || die 1 "not everything was answered, as said above"
