#!/usr/bin/env bash
# Checks the deployments without an account: `./dev test infra`.
#
# usage: test.sh [--no-containers] [--keep]
#
#   --no-containers   leave out what builds and runs images (some minutes)
#   --keep            leave the work folder, and say where it is
#   -h, --help
#
# In this order, each in a file of its own beside this one:
#   static            shellcheck, cfn-lint, help, refusals and dry runs of every script, compose files, the workflow
#   cloudformation    deploy_cf.sh itself against moto, a fake of AWS on a free loopback port; outputs and exports read
#                     back; build_and_push.sh with a fake engine; teardown.sh
#   terraform         fmt, init, validate, test with mocked providers; deploy_tf.sh's plan and apply on top of that
#                     stack; teardown.sh
#   containers        with a Docker engine: test_containers.sh
# A check whose tool is absent is printed as `not run`, with the reason, and counted as that.
#
# Tools: shellcheck, cfn-lint, aws, moto_server, terraform with the AWS provider within its reach, docker. Where the
# provider comes from a mirror on this machine, RIACHO_TF_MIRROR names its folder (the one that holds
# registry.terraform.io); otherwise a TF_CLI_CONFIG_FILE is obeyed, or such a folder one level below /opt,
# /usr/local/share or /usr/share is taken, or the registry.
# Ends with `infra: N passed, N failed, N not run`; exit 0 only if none failed.
set -uo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/../lib.sh"

keep=0
containers=1
while [[ $# -gt 0 ]]; do
  case $1 in
    --no-containers) containers=0 ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-infra.XXXXXX")
passed=0
failed=0
not_run=0
moto_pid=""

finish() {
  [[ -z $moto_pid ]] || kill "$moto_pid" 2>/dev/null
  if [[ $keep == 1 ]]; then say "work folder kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT

# check NAME COMMAND…: passes when the command does; shows what it printed when it does not.
check() {
  local name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'passed   %s\n' "$name"
    passed=$((passed + 1))
  else
    printf 'FAILED   %s (exit %s)\n' "$name" "$?"
    sed 's/^/         | /' "$work/output" | tail -n 40
    failed=$((failed + 1))
    return 1
  fi
}

skip() {
  printf 'not run: %s (%s)\n' "$1" "$2"
  not_run=$((not_run + 1))
}

have() { command -v "$1" >/dev/null 2>&1; }

expect() {
  local what=$1 wanted=$2 got=$3
  [[ $got == "$wanted" ]] || { printf '%s: wanted %s, got %s\n' "$what" "$wanted" "$got"; return 1; }
}

# expect_status STATUS TEXT COMMAND…: the command must end so, and say so.
expect_status() {
  local wanted=$1 text=$2 output status=0
  shift 2
  output=$("$@" 2>&1) || status=$?
  printf '%s\n' "$output"
  [[ $status == "$wanted" ]] || { printf 'wanted exit %s, got %s\n' "$wanted" "$status"; return 1; }
  [[ $output == *"$text"* ]] || { printf 'does not say: %s\n' "$text"; return 1; }
}

# shellcheck source=test/static.sh
source "$DEPLOY_DIR/test/static.sh"
# shellcheck source=test/cloudformation.sh
source "$DEPLOY_DIR/test/cloudformation.sh"
# shellcheck source=test/terraform.sh
source "$DEPLOY_DIR/test/terraform.sh"

if [[ $containers == 0 ]]; then
  skip "containers: images, flow, failures, recovery" "--no-containers; deploy/test/test_containers.sh runs them"
elif reason=$("$DEPLOY_DIR/test/test_containers.sh" --possible 2>&1); then
  check "containers: images, flow, failures, recovery (test_containers.sh)" "$DEPLOY_DIR/test/test_containers.sh"
else
  skip "containers: images, flow, failures, recovery" "${reason#*: }"
fi

# Said, so that nobody believes it was checked.
skip "a deployment to AWS" "needs an account; docs/deploying.md says what that leaves open"
skip "images for arm64" "needs an arm64 machine or emulation; the workflow builds them on one"

printf 'infra: %d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
[[ $failed == 0 ]]
