#!/usr/bin/env bash
# Deploys the app-server (report 1: one instance, three containers) with Terraform, on the network that deploy_cf.sh made.
#
# usage: deploy_tf.sh [options]
#
#   --stack NAME          CloudFormation stack whose outputs are read (network-stack)
#   --region REGION       (us-east-2, or AWS_REGION)
#   --profile NAME        named profile of the AWS configuration
#   --key-name NAME       EC2 key pair for SSH (none: no SSH)
#   --instance-type TYPE  (t3.micro)
#   --tag TAG             tag of the images that build_and_push.sh pushed (latest)
#   --environment E       value of the tag Environment (riacho)
#   --state FILE          where the state is kept (terraform.tfstate in the module's folder)
#   --dry-run             terraform plan, change nothing
#   --yes                 do not ask before applying
#   -h, --help
#
# Prints app_server_public_ip and app_server_id. Exit: 0 done, 1 Terraform failed, 2 wrong usage, 3 a tool is missing,
# 4 no credentials.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

module="$DEPLOY_DIR/terraform/app-server"
stack=network-stack
key_name=""
instance_type=t3.micro
tag=latest
environment=riacho
state=""
yes=0
REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-us-east-2}}

while [[ $# -gt 0 ]]; do
  case $1 in
    --stack) stack=$(value_of "$@"); shift ;;
    --region) REGION=$(value_of "$@"); shift ;;
    --profile) PROFILE=$(value_of "$@"); shift ;;
    --key-name) key_name=$(value_of "$@"); shift ;;
    --instance-type) instance_type=$(value_of "$@"); shift ;;
    --tag) tag=$(value_of "$@"); shift ;;
    --environment) environment=$(value_of "$@"); shift ;;
    --state) state=$(absolute "$(value_of "$@")"); shift ;;
    --dry-run) DRY_RUN=1 ;;
    --yes) yes=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

need terraform "install Terraform 1.6 or later (https://developer.hashicorp.com/terraform/install)"
need aws "install the AWS CLI, version 2 (https://aws.amazon.com/cli/)"
account=$(account_id) || exit $?
say "account $account, region $REGION${PROFILE:+, profile $PROFILE}"
aws_cli cloudformation describe-stacks --stack-name "$stack" >/dev/null 2>&1 \
  || die 1 "there is no stack '$stack' in $REGION: make it first with deploy_cf.sh network --stack $stack --region $REGION"

variables=(-var "aws_region=$REGION" -var "network_stack_name=$stack" -var "instance_type=$instance_type"
  -var "image_tag=$tag" -var "environment=$environment")
[[ -z $PROFILE ]] || variables+=(-var "aws_profile=$PROFILE")
[[ -z $key_name ]] || variables+=(-var "key_name=$key_name")
where=()
[[ -z $state ]] || where=(-state "$state")

terraform -chdir="$module" init -input=false >&2 || die 1 "terraform init failed"
if [[ $DRY_RUN == 1 ]]; then
  exec terraform -chdir="$module" plan -input=false ${where[@]+"${where[@]}"} "${variables[@]}"
fi
approve=()
[[ $yes == 0 ]] || approve=(-auto-approve -input=false)
terraform -chdir="$module" apply ${approve[@]+"${approve[@]}"} ${where[@]+"${where[@]}"} "${variables[@]}" \
  || die 1 "terraform apply failed; what it says above names the resource"
terraform -chdir="$module" output ${where[@]+"${where[@]}"}
say "The containers start within some minutes of the first boot: sudo tail -f /var/log/cloud-init-output.log on the instance shows how far it is."
