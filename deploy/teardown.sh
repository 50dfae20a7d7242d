#!/usr/bin/env bash
# Removes what the deployments made: first the app-server (Terraform), then the stacks (CloudFormation). What is
# not there is passed over, so it can be run again after a failure. Image repositories stay unless --repositories.
#
# usage: teardown.sh [options]
#
#   --stack NAME      the network's stack (network-stack)
#   --region REGION   (us-east-2, or AWS_REGION)
#   --profile NAME    named profile of the AWS configuration
#   --state FILE      where deploy_tf.sh kept its state
#   --only WHAT       compute, network, greeting or tcp-sensors; may be repeated (compute and network)
#   --all             compute, network, greeting and tcp-sensors
#   --repositories    also delete the image repositories, with every image in them
#   --dry-run         print what would run, change nothing
#   --yes             do not ask
#   -h, --help
#
# Exit: 0 everything is gone, 1 something would not go, 2 wrong usage, 3 a tool is missing, 4 no credentials.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

module="$DEPLOY_DIR/terraform/app-server"
stack=network-stack
state=""
only=()
repositories=0
yes=0
REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-us-east-2}}

while [[ $# -gt 0 ]]; do
  case $1 in
    --stack) stack=$(value_of "$@"); shift ;;
    --region) REGION=$(value_of "$@"); shift ;;
    --profile) PROFILE=$(value_of "$@"); shift ;;
    --state) state=$(absolute "$(value_of "$@")"); shift ;;
    --only)
      case ${2-} in
        compute | network | greeting | tcp-sensors) only+=("$2") ;;
        *) die 2 "--only needs compute, network, greeting or tcp-sensors" ;;
      esac
      shift
      ;;
    --all) only=(compute network greeting tcp-sensors) ;;
    --repositories) repositories=1 ;;
    --dry-run) DRY_RUN=1 ;;
    --yes) yes=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[[ ${#only[@]} -gt 0 ]] || only=(compute network)

wanted() {
  local each
  for each in "${only[@]}"; do [[ $each != "$1" ]] || return 0; done
  return 1
}

[[ $DRY_RUN == 1 ]] || need aws "install the AWS CLI, version 2 (https://aws.amazon.com/cli/)"
announce_target
if [[ $DRY_RUN == 0 && $yes == 0 ]]; then
  printf 'Remove %s%s? [y/N] ' "${only[*]}" "$([[ $repositories == 0 ]] || printf ' and the image repositories')" >&2
  read -r answer || answer=n
  [[ $answer == [yY]* ]] || die 1 "nothing was removed"
fi

delete_stack() {
  local name=$1
  if [[ $DRY_RUN == 0 ]] && ! aws_cli cloudformation describe-stacks --stack-name "$name" >/dev/null 2>&1; then
    say "stack $name: not there"
    return 0
  fi
  run_aws cloudformation delete-stack --stack-name "$name"
  run_aws cloudformation wait stack-delete-complete --stack-name "$name" \
    || die 1 "stack '$name' would not go: aws cloudformation describe-stack-events --stack-name $name --region $REGION says why"
  say "stack $name: removed"
}

if wanted compute; then
  [[ $DRY_RUN == 1 ]] || need terraform "install Terraform 1.6 or later (https://developer.hashicorp.com/terraform/install)"
  file=${state:-$module/terraform.tfstate}
  if [[ $DRY_RUN == 0 && ! -s $file ]]; then
    say "compute: no state at $file, so nothing that Terraform made from here"
  else
    variables=(-var "aws_region=$REGION" -var "network_stack_name=$stack")
    [[ -z $PROFILE ]] || variables+=(-var "aws_profile=$PROFILE")
    run terraform -chdir="$module" init -input=false
    run terraform -chdir="$module" destroy -auto-approve -input=false -state "$file" "${variables[@]}" \
      || die 1 "terraform destroy failed; what it says above names the resource"
    say "compute: removed"
  fi
fi
if wanted tcp-sensors; then delete_stack tcp-sensors-stack; fi
if wanted greeting; then delete_stack greeting-stack; fi
if wanted network; then delete_stack "$stack"; fi

if [[ $repositories == 1 ]]; then
  for name in riacho sensor-service processor-service actuator-service greeting-service; do
    if [[ $DRY_RUN == 0 ]] && ! aws_cli ecr describe-repositories --repository-names "$name" >/dev/null 2>&1; then
      continue
    fi
    run_aws ecr delete-repository --repository-name "$name" --force
  done
fi
