# shellcheck shell=bash
# What the deployment scripts share. Sourced, never run. Bash 3.2 and later (macOS).

DEPLOY_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY_DIR=$(dirname "$DEPLOY_DIR")
# Read by the scripts that source this file.
export DEPLOY_DIR REPOSITORY_DIR

PROFILE=""
REGION=""
DRY_RUN=0

say() { printf '%s\n' "$*" >&2; }

# die STATUS MESSAGE: 2 wrong usage, 3 a tool is missing, 4 no credentials, 1 anything else.
die() {
  local status=$1
  shift
  say "${0##*/}: $*"
  exit "$status"
}

# The header comment of the calling script is its help.
usage() {
  sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p;}' "$0"
}

need() {
  local tool=$1 remedy=$2
  command -v "$tool" >/dev/null 2>&1 || die 3 "needs '$tool', which is not on PATH: $remedy"
}

# The value of an option, or an error that names it.
value_of() {
  [[ $# -ge 2 && -n $2 ]] || die 2 "$1 needs a value (see --help)"
  printf '%s' "$2"
}

# Runs a command, or with --dry-run prints it as it would be typed.
run() {
  if [[ $DRY_RUN == 1 ]]; then
    local quoted
    printf -v quoted '%q ' "$@"
    printf '+ %s\n' "${quoted% }"
  else
    "$@"
  fi
}

# The AWS CLI with the profile and region that were asked for.
aws_cli() {
  local args=()
  [[ -z $PROFILE ]] || args+=(--profile "$PROFILE")
  [[ -z $REGION ]] || args+=(--region "$REGION")
  aws ${args[@]+"${args[@]}"} "$@"
}

run_aws() {
  if [[ $DRY_RUN == 1 ]]; then
    local args=(aws)
    [[ -z $PROFILE ]] || args+=(--profile "$PROFILE")
    [[ -z $REGION ]] || args+=(--region "$REGION")
    run "${args[@]}" "$@"
  else
    aws_cli "$@"
  fi
}

# Prints the account id; ends with a clear error where there are no credentials.
account_id() {
  local answer
  if ! answer=$(aws_cli sts get-caller-identity --query Account --output text 2>&1); then
    die 4 "no AWS credentials that work${PROFILE:+ in profile $PROFILE}: run 'aws configure' or 'aws sso login' (with --profile NAME for a named one), then try again. AWS said: ${answer##*$'\n'}"
  fi
  printf '%s' "$answer"
}

# A deployment to the wrong account is worse than a question: says where it goes.
announce_target() {
  [[ $DRY_RUN == 1 ]] && return
  local account
  account=$(account_id) || exit $?
  say "account $account, region $REGION${PROFILE:+, profile $PROFILE}"
}

# 'auto' becomes this machine's public address; anything else must look like a CIDR.
resolve_cidr() {
  local cidr=$1
  if [[ $cidr == auto ]]; then
    need curl "install it, or give the range itself"
    local address
    address=$(curl -fsS --max-time 10 https://checkip.amazonaws.com) || die 1 "could not find out this machine's public address: give the range itself, as 203.0.113.7/32"
    cidr="$address/32"
  fi
  [[ $cidr =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}/([89]|[12][0-9]|3[0-2])$ ]] || die 2 "'$cidr' is not an IPv4 range between /8 and /32, as 203.0.113.7/32"
  printf '%s' "$cidr"
}

absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}
