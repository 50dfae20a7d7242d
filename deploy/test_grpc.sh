#!/usr/bin/env bash
# The reports' test flow: Sensor's readings into Processor, its averages into Actuator; checks what comes out.
#
# usage: test_grpc.sh [options] [HOST]
#
#   HOST               where the services answer (localhost)
#   --app-server       against the instance that deploy_tf.sh made, found by its tag
#   --region REGION    of the app-server (us-east-2, or AWS_REGION)
#   --profile NAME     named profile of the AWS configuration, to find the app-server with
#   --client CLIENT    grpcurl, buf or riacho (the first of them that is on PATH, else this repository's ./riacho)
#   --readings N       (10)
#   --sensor-id ID     (sensor-1)
#   --threshold T      the Actuator's threshold (25)
#   --out DIR          where reads.json, processed.json and actuator_out.json go (a new folder under /tmp)
#   --greeting PORT    also call the greeting at HOST:PORT with `Teste`
#   --timeout SECONDS  for the whole of it (60)
#   --dry-run          print what would run
#   -h, --help
#
# Exit: 0 all as it should be, 1 a call failed or an answer is wrong, 2 wrong usage, 3 no client, 4 no credentials.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

protos="$REPOSITORY_DIR/protocol/src/main/protobuf"
host=localhost
app_server=0
REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-us-east-2}}
client=""
readings=10
sensor_id=sensor-1
threshold=25
out=""
greeting=""
limit_seconds=60

while [[ $# -gt 0 ]]; do
  case $1 in
    --app-server) app_server=1 ;;
    --region) REGION=$(value_of "$@"); shift ;;
    --profile) PROFILE=$(value_of "$@"); shift ;;
    --client) client=$(value_of "$@"); shift ;;
    --readings) readings=$(value_of "$@"); shift ;;
    --sensor-id) sensor_id=$(value_of "$@"); shift ;;
    --threshold) threshold=$(value_of "$@"); shift ;;
    --out) out=$(absolute "$(value_of "$@")"); shift ;;
    --greeting) greeting=$(value_of "$@"); shift ;;
    --timeout) limit_seconds=$(value_of "$@"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    -*) die 2 "unknown argument '$1' (see --help)" ;;
    *) host=$1 ;;
  esac
  shift
done
[[ $readings =~ ^[1-9][0-9]*$ ]] || die 2 "--readings needs a number above 0"

if [[ $app_server == 1 ]]; then
  need aws "install the AWS CLI, version 2 (https://aws.amazon.com/cli/)"
  account_id >/dev/null || exit $?
  host=$(aws_cli ec2 describe-instances --filters Name=tag:Name,Values=app-server Name=instance-state-name,Values=running \
    --query 'Reservations[].Instances[].PublicIpAddress' --output text)
  [[ $host =~ ^[0-9.]+$ ]] || die 1 "there must be one running app-server in $REGION, and there is: ${host:-none}"
fi

if [[ -z $client ]]; then
  for each in grpcurl buf riacho; do
    if command -v "$each" >/dev/null 2>&1; then client=$each; break; fi
  done
  client=${client:-riacho}
fi
riacho=riacho
command -v riacho >/dev/null 2>&1 || riacho="$REPOSITORY_DIR/riacho"
case $client in
  grpcurl) need grpcurl "https://github.com/fullstorydev/grpcurl" ;;
  buf) need buf "npm install -g @bufbuild/buf" ;;
  riacho) [[ -x $riacho ]] || command -v riacho >/dev/null || die 3 "no client: install grpcurl or buf" ;;
  *) die 2 "--client is grpcurl, buf or riacho" ;;
esac

within() {
  if command -v timeout >/dev/null 2>&1; then timeout "$limit_seconds" "$@"; else "$@"; fi
}

# call PROTO PORT SERVICE/METHOD: messages in on standard input, out on standard output.
call() {
  local proto=$1 port=$2 method=$3
  if [[ $client == grpcurl ]]; then
    within grpcurl -plaintext -emit-defaults -import-path "$protos" -proto "$proto" -d @ "$host:$port" "$method"
  else
    within buf curl --protocol grpc --http2-prior-knowledge --emit-defaults --schema "$protos/$proto" -d @- "http://$host:$port/$method"
  fi
}

if [[ $DRY_RUN == 1 ]]; then
  printf '+ %s: Sensor %s:50051 > reads.json > Processor %s:50052 > processed.json > Actuator %s:50053 > actuator_out.json, in %s\n' "$client" "$host" "$host" "$host" "${out:-a new folder}"
  exit
fi
out=${out:-$(mktemp -d "${TMPDIR:-/tmp}/riacho-flow.XXXXXX")}
mkdir -p "$out"

# From a checkout, the client is built first where that is needed: its minute is not the flow's.
[[ $client != riacho ]] || "$riacho" version >/dev/null || die 3 "no client: ./riacho could not be built"
say "client $client, $readings readings of $sensor_id, against $host"
if [[ $client == riacho ]]; then
  within "$riacho" flow --sensor "$host:50051" --processor "$host:50052" --actuator "$host:50053" \
    --readings "$readings" --sensor-id "$sensor_id" --out "$out" >&2 || die 1 "the flow failed; what arrived is in $out"
else
  printf '{"sensor_id":"%s","limit":%d}' "$sensor_id" "$readings" \
    | call sensor/sensor.proto 50051 sensor.Sensor/StreamReadings >"$out/reads.json" || die 1 "Sensor at $host:50051 failed"
  call processor/processor.proto 50052 processor.Processor/ProcessReadings <"$out/reads.json" >"$out/processed.json" \
    || die 1 "Processor at $host:50052 failed"
  call actuator/actuator.proto 50053 actuator.Actuator/Execute <"$out/processed.json" >"$out/actuator_out.json" \
    || die 1 "Actuator at $host:50053 failed"
fi

# values FILE KEY: the values of a key, in order, however the JSON is laid out.
values() {
  tr -d ' \n\t' <"$1" | grep -oE "\"$2\":(\"[^\"]*\"|[^,}]*)" | sed -e "s/^\"$2\"://" -e 's/"//g' || true
}

for pair in reads.json:value processed.json:average actuator_out.json:average actuator_out.json:turnOn; do
  file=${pair%%:*}
  key=${pair##*:}
  count=$(values "$out/$file" "$key" | wc -l | tr -d ' ')
  [[ $count == "$readings" ]] || die 1 "$out/$file holds $count times \"$key\", and should hold $readings"
done

# The averages are those of the readings, and turnOn says whether they are above the threshold.
paste <(values "$out/reads.json" value) <(values "$out/processed.json" average) \
  <(values "$out/actuator_out.json" average) <(values "$out/actuator_out.json" turnOn) \
  | awk -v threshold="$threshold" '
    { sum += $1; mean = sum / NR; wish = ($3 > threshold) ? "true" : "false"
      if (($2 - mean > 1e-9 * (mean < 0 ? -mean : mean) + 1e-12) || (mean - $2 > 1e-9 * (mean < 0 ? -mean : mean) + 1e-12)) { print "reading " NR ": average " $2 ", should be " mean; bad = 1 }
      if ($3 != $2) { print "reading " NR ": the Actuator answers average " $3 " for " $2; bad = 1 }
      if ($4 != wish) { print "reading " NR ": turnOn " $4 " for average " $3; bad = 1 } }
    END { exit bad }' >&2 || die 1 "the answers in $out are wrong, as said above"

if [[ -n $greeting ]]; then
  if [[ $client == riacho ]]; then
    answer=$("$riacho" hello "$host:$greeting" Teste)
  else
    answer=$(printf '{"nome":"Teste"}' | call hello/hello.proto "$greeting" hello.Saudacao/Saudar)
  fi
  [[ $answer == *"Olá, Teste!"* ]] || die 1 "the greeting at $host:$greeting says: $answer"
fi
say "ok: $readings readings, $readings averages, $readings decisions, all as they should be, in $out"
