#!/usr/bin/env bash
# Builds the images and uses them for real: each one alone, read-only, until it is healthy; report 1's three services
# with compose, the flow and the failure test; the whole server with its volume and the recovery test. Prints sizes,
# start times and memory as a table. Cleans up after itself; refuses where containers of these names exist.
#
# usage: test_containers.sh [options]
#
#   --dist WHAT    archive: from a release archive of this work tree; source: built inside the image; none: the images
#                  are there already, with the tag that --tag names (archive)
#   --tag TAG      (check)
#   --starts N     starts of each image that are timed; the median is shown (5)
#   --publish A    the address on which ports are published (127.0.0.50: beside what runs on 127.0.0.1)
#   --out DIR      containers.md and failure.md go there (target/containers)
#   --possible     only say whether it can run here
#   -h, --help
#
# Needs Linux, root (a kill from outside), Docker with BuildKit, compose, and the base image: here or within reach.
# Exit: 0 all well, 1 something was not, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/../lib.sh"

IMAGES=(sensor-service:grpc:50051 processor-service:grpc:50052 actuator-service:grpc:50053 greeting-service:grpc:50051 riacho:http:8080)
BASE_IMAGE=debian:bookworm-slim

dist=archive
tag=check
starts=5
publish=127.0.0.50
out="$REPOSITORY_DIR/target/containers"
possible=0
while [[ $# -gt 0 ]]; do
  case $1 in
    --dist) dist=$(value_of "$@"); shift ;;
    --tag) tag=$(value_of "$@"); shift ;;
    --starts) starts=$(value_of "$@"); shift ;;
    --publish) publish=$(value_of "$@"); shift ;;
    --out) out=$(absolute "$(value_of "$@")"); shift ;;
    --possible) possible=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[[ $dist == archive || $dist == source || $dist == none ]] || die 2 "--dist is archive, source or none"
[[ $starts =~ ^[1-9][0-9]*$ ]] || die 2 "--starts needs a number above 0"

need docker "install Docker (https://docs.docker.com/engine/install/)"
docker info >/dev/null 2>&1 || die 3 "the Docker engine does not answer"
[[ $(uname -s) == Linux && $(id -u) == 0 ]] || die 3 "needs Linux and root, for kills from outside"
compose=(docker compose)
docker compose version >/dev/null 2>&1 || compose=(docker-compose)
[[ ${compose[0]} == docker ]] || need docker-compose "install docker-compose-plugin, or docker-compose"
if [[ $dist != none ]]; then
  docker image inspect "$BASE_IMAGE" >/dev/null 2>&1 || docker pull -q "$BASE_IMAGE" >/dev/null 2>&1 \
    || die 3 "the base image $BASE_IMAGE is neither here nor to be had"
  printf 'FROM scratch\nLABEL riacho=check\n' | DOCKER_BUILDKIT=1 docker build -q - >/dev/null 2>&1 \
    || die 3 "this docker cannot build with BuildKit: install docker-buildx-plugin"
fi
for name in sensor-service processor-service actuator-service riacho; do
  ! docker inspect --type container "$name" >/dev/null 2>&1 || die 3 "there is a container '$name' already: docker rm -f $name, if nobody needs it"
done
[[ $possible == 0 ]] || { say "possible"; exit 0; }

# For compose and for the scripts that are called below.
export RIACHO_TAG=$tag RIACHO_PUBLISH=$publish RIACHO_DIST=$dist DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1
export COMPOSE_PROJECT_NAME=riacho-check
pipeline=("${compose[@]}" -f "$DEPLOY_DIR/compose/docker-compose.yml")
single=("${compose[@]}" -f "$DEPLOY_DIR/compose/single.yml")
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-containers.XXXXXX")

clean() {
  docker rm -f -v riacho-check-one >/dev/null 2>&1 || true
  "${pipeline[@]}" down -v >/dev/null 2>&1 || true
  "${single[@]}" down -v >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT

seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
answers() { RIACHO_HEALTH=$1 RIACHO_HEALTH_HOST=$publish "$DEPLOY_DIR/docker/healthcheck.sh" 2>/dev/null; }

# await SECONDS WHAT COMMAND…
await() {
  local limit=$1 what=$2 began
  shift 2
  began=$(date +%s)
  until "$@"; do
    if (($(date +%s) - began > limit)); then say "not within $limit s: $what"; return 1; fi
    sleep 0.02
  done
}
is_healthy() { [[ $(docker inspect -f '{{.State.Health.Status}}' "$1") == healthy ]]; }
memory_mib() { docker stats --no-stream --format '{{.MemUsage}}' "$1" | sed 's/MiB.*//'; }

# start_one IMAGE HEALTH: sets TOOK, the seconds from `docker run` until the service answers.
start_one() {
  local image=$1 health=$2 began
  began=$(date +%s.%N)
  docker run -d --name riacho-check-one --read-only --tmpfs /tmp:rw,exec,nosuid,size=160m \
    --cap-drop ALL --security-opt no-new-privileges --publish "$publish:${health##*:}:${health##*:}" "$image:$tag" >/dev/null
  await 60 "$image answers" answers "$health" || { docker logs riacho-check-one >&2; die 1 "$image did not start"; }
  TOOK=$(seconds_since "$began")
}

if [[ $dist == archive ]]; then
  say "making a release archive of the work tree"
  rm -f "$REPOSITORY_DIR"/target/release/riacho-*.tar.gz
  "$DEPLOY_DIR/release.sh" --runtime --work-tree >/dev/null
fi
if [[ $dist != none ]]; then
  say "building the images"
  "$DEPLOY_DIR/build_and_push.sh" --load --dist "$dist" --tag "$tag" >"$work/build.log" 2>&1 \
    || { tail -n 40 "$work/build.log" >&2; die 1 "the images were not built"; }
fi

say "starting each image $starts times, read-only and without capabilities"
{
  printf '| image | size, MB | run → answers, s | memory once healthy, MiB |\n|---|---|---|---|\n'
  for each in "${IMAGES[@]}"; do
    image=${each%%:*}
    health=${each#*:}
    times=()
    for ((n = 1; n <= starts; n++)); do
      start_one "$image" "$health"
      times+=("$TOOK")
      if ((n < starts)); then docker rm -f -v riacho-check-one >/dev/null; fi
    done
    await 60 "$image is healthy" is_healthy riacho-check-one || die 1 "$image answers, and its health check fails"
    printf '| %s | %s | %s | %s |\n' "$image" \
      "$(docker image inspect -f '{{.Size}}' "$image:$tag" | awk '{ printf "%.0f", $1 / 1e6 }')" \
      "$(printf '%s\n' "${times[@]}" | median)" "$(memory_mib riacho-check-one)"
    docker rm -f -v riacho-check-one >/dev/null
  done
} >"$out/containers.md"
cat "$out/containers.md"

say "the three services, and the flow"
"${pipeline[@]}" up -d >"$work/up.log" 2>&1 || { cat "$work/up.log" >&2; die 1 "compose could not start the services"; }
for name in sensor-service processor-service actuator-service; do
  await 60 "$name is healthy" is_healthy "$name" || die 1 "$name is not healthy: docker logs $name"
done
"$DEPLOY_DIR/test_grpc.sh" --out "$work/flow" "$publish"
# The client's container runs as user 10001, too.
mkdir -p "$work/flow-out"
chmod 777 "$work/flow-out"
RIACHO_FLOW_DIR="$work/flow-out" "${pipeline[@]}" run --rm flow >"$work/run.log" 2>&1 || { cat "$work/run.log" >&2; die 1 "compose run flow failed"; }
[[ -s $work/flow-out/actuator_out.json ]] || die 1 "compose run flow wrote no actuator_out.json"
say "memory: $(for name in sensor-service processor-service actuator-service; do printf '%s %s MiB; ' "$name" "$(memory_mib "$name")"; done)of 240 MiB each"
"$DEPLOY_DIR/test/test_failure.sh" --host "$publish" --out "$out/failure.md"
cat "$out/failure.md"
"${pipeline[@]}" down -v >/dev/null 2>&1

say "the whole server, with its volume"
"${single[@]}" up -d >"$work/single.log" 2>&1 || { cat "$work/single.log" >&2; die 1 "compose could not start the server"; }
await 60 "riacho is healthy" is_healthy riacho || die 1 "riacho is not healthy: docker logs riacho"
"$DEPLOY_DIR/test/test_recovery.sh" --host "$publish"
say "ok; tables in $out"
