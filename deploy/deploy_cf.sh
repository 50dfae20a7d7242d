#!/usr/bin/env bash
# Deploys one of Riacho's CloudFormation templates; run again, it updates the stack.
#
# usage: deploy_cf.sh [network|greeting|tcp-sensors] [options] [Parameter=Value ...]
#
#   --cidr RANGE      who may connect (SSH and services); 'auto' is this machine's public address. Required,
#                     unless each CIDR parameter is given by itself
#   --stack NAME      stack name       (network-stack, greeting-stack, tcp-sensors-stack)
#   --region REGION   (us-east-2, or AWS_REGION)
#   --profile NAME    named profile of the AWS configuration
#   --key-name NAME   EC2 key pair for SSH (greeting, tcp-sensors)
#   --environment E   value of the tag Environment, and of the network's EnvironmentName, which prefixes its exports
#                     (riacho)
#   --dry-run         print what would run, change nothing
#   -h, --help
#
# Prints the stack's outputs. Exit: 0 done, 1 AWS refused, 2 wrong usage, 3 a tool is missing, 4 no credentials.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

template=network
stack=""
cidr=""
key_name=""
environment=riacho
parameters=()
REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-us-east-2}}

while [[ $# -gt 0 ]]; do
  case $1 in
    network | greeting | tcp-sensors) template=$1 ;;
    --cidr) cidr=$(value_of "$@"); shift ;;
    --stack) stack=$(value_of "$@"); shift ;;
    --region) REGION=$(value_of "$@"); shift ;;
    --profile) PROFILE=$(value_of "$@"); shift ;;
    --key-name) key_name=$(value_of "$@"); shift ;;
    --environment) environment=$(value_of "$@"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    [A-Za-z]*=*) parameters+=("$1") ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

file="$DEPLOY_DIR/cloudformation/$template.yaml"
stack=${stack:-$template-stack}

# Given by name, a parameter wins over the option that would set it.
add_parameter() {
  local given
  for given in ${parameters[@]+"${parameters[@]}"}; do
    [[ ${given%%=*} != "$1" ]] || return 0
  done
  parameters+=("$1=$2")
}

if [[ -n $cidr ]]; then
  cidr=$(resolve_cidr "$cidr")
  add_parameter SshCidr "$cidr"
  add_parameter ServiceCidr "$cidr"
else
  [[ " ${parameters[*]-}" == *" SshCidr="* && " ${parameters[*]-}" == *" ServiceCidr="* ]] \
    || die 2 "say who may connect: --cidr RANGE (or --cidr auto), or SshCidr=… and ServiceCidr=…"
fi
[[ $template != network ]] || add_parameter EnvironmentName "$environment"
[[ -z $key_name ]] || add_parameter KeyName "$key_name"

[[ $DRY_RUN == 1 ]] || need aws "install the AWS CLI, version 2 (https://aws.amazon.com/cli/)"
announce_target

# Parameters as JSON, so that commas and quotes in a value are its own.
json_string() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}
parameters_json() {
  local each separator=""
  printf '['
  for each in "${parameters[@]}"; do
    printf '%s{"ParameterKey":%s,"ParameterValue":%s}' "$separator" "$(json_string "${each%%=*}")" "$(json_string "${each#*=}")"
    separator=,
  done
  printf ']'
}

why_it_failed() {
  aws_cli cloudformation describe-stack-events --stack-name "$stack" --output text \
    --query "StackEvents[?ends_with(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]" >&2 || true
  die 1 "stack '$stack' was not deployed; above is what failed, newest first. teardown.sh removes what is left."
}

action=create
if [[ $DRY_RUN == 0 ]] && status=$(aws_cli cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].StackStatus' --output text 2>/dev/null); then
  case $status in
    ROLLBACK_COMPLETE | CREATE_FAILED | ROLLBACK_FAILED | DELETE_FAILED)
      die 1 "stack '$stack' is $status, from an earlier failure: remove it first with teardown.sh" ;;
    *_IN_PROGRESS)
      die 1 "stack '$stack' is $status: somebody is at it; try again when it is done" ;;
  esac
  action=update
  # What the stack has and nobody gave keeps its value.
  while IFS=$'\t' read -r key value; do
    [[ -z $key || $key == None ]] || add_parameter "$key" "$value"
  done < <(aws_cli cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].Parameters[].[ParameterKey,ParameterValue]' --output text)
fi

deploy=(cloudformation "$action-stack" --stack-name "$stack" --template-body "file://$file"
  --tags "Key=Project,Value=riacho" "Key=Environment,Value=$environment"
  --parameters "$(parameters_json)")
if [[ $DRY_RUN == 1 ]]; then
  run_aws "${deploy[@]}"
else
  say "stack $stack: $action"
  if ! answer=$(aws_cli "${deploy[@]}" 2>&1); then
    [[ $answer == *"No updates are to be performed"* ]] || die 1 "stack '$stack': $answer"
    say "stack $stack: nothing to change"
    action=""
  fi
  [[ -z $action ]] || aws_cli cloudformation wait "stack-$action-complete" --stack-name "$stack" || why_it_failed
fi

run_aws cloudformation describe-stacks --stack-name "$stack" \
  --query 'Stacks[0].Outputs[].[OutputKey,OutputValue,ExportName]' --output table
