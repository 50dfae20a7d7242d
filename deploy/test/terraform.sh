# shellcheck shell=bash
# The Terraform modules: by themselves, with a mocked provider, and against moto on the stack that cloudformation.sh
# made. Sourced by test.sh.

# Where no configuration says where providers come from, a mirror on this machine is used (see test.sh).
use_mirror() {
  local each
  [[ -z ${TF_CLI_CONFIG_FILE-} || ! -r ${TF_CLI_CONFIG_FILE-} || -n ${RIACHO_TF_MIRROR-} ]] || return 0
  for each in "${RIACHO_TF_MIRROR-}" /opt/* /usr/local/share/* /usr/share/*; do
    [[ -n $each && -d $each/registry.terraform.io ]] || continue
    printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$each" >"$work/terraformrc"
    export TF_CLI_CONFIG_FILE="$work/terraformrc"
    return 0
  done
  # It names a file that is not there, which Terraform would only complain about.
  unset TF_CLI_CONFIG_FILE
}

# Says why, where neither a registry nor a mirror has the provider; prints nothing when init works or fails otherwise.
provider_out_of_reach() {
  local output
  output=$(terraform -chdir="$1" init -input=false -no-color 2>&1) && return
  if [[ $output == *"Failed to query available provider packages"* ]]; then
    printf 'the AWS provider is out of reach: no registry, no mirror (RIACHO_TF_MIRROR, TF_CLI_CONFIG_FILE)'
  fi
}

export TF_IN_AUTOMATION=1 TF_CLI_ARGS=-no-color CHECKPOINT_DISABLE=1
no_terraform=""
use_mirror
if have terraform; then
  for module in "$DEPLOY_DIR"/terraform/*/; do
    name=$(basename "$module")
    # A copy, so that nothing is left behind in the repository.
    mkdir -p "$work/deploy/terraform"
    cp -R "${module%/}" "$work/deploy/terraform/$name"
    rm -rf "$work/deploy/terraform/$name/.terraform" "$work/deploy/terraform/$name"/terraform.tfstate*
    copy="$work/deploy/terraform/$name"
    check "terraform fmt -check $name" terraform -chdir="$copy" fmt -check -recursive -diff
    reason=$(provider_out_of_reach "$copy")
    if [[ -n $reason ]]; then
      no_terraform=$reason
      for step in init validate test; do skip "terraform $step $name" "$reason"; done
    elif check "terraform init $name" terraform -chdir="$copy" init -input=false; then
      check "terraform validate $name" terraform -chdir="$copy" validate
      check "terraform test $name (mocked provider)" terraform -chdir="$copy" test
    else
      no_terraform="terraform init failed"
      skip "terraform validate $name" "init failed"
      skip "terraform test $name" "init failed"
    fi
  done
else
  no_terraform="no terraform"
  for name in fmt init validate test; do skip "terraform $name app-server" "$no_terraform"; done
fi

tf_state="$work/app-server.tfstate"
# The scripts run from the copy: the same text, and what init leaves behind goes with the work folder.
cp "$DEPLOY_DIR"/*.sh "$work/deploy/" 2>/dev/null

apply_outputs() {
  local id ip
  id=$(terraform -chdir="$work/deploy/terraform/app-server" output -state "$tf_state" -raw app_server_id) || return 1
  ip=$(terraform -chdir="$work/deploy/terraform/app-server" output -state "$tf_state" -raw app_server_public_ip) || return 1
  [[ $ip =~ ^[0-9]+(\.[0-9]+){3}$ ]] || { echo "app_server_public_ip is '$ip'"; return 1; }
  expect "subnet, group and tag of $id" "$(output_of network-stack PublicSubnetId) $(output_of network-stack SecurityGroupId) app-server" \
    "$(aws ec2 describe-instances --instance-ids "$id" --query "Reservations[0].Instances[0].[SubnetId,NetworkInterfaces[0].Groups[0].GroupId,Tags[?Key=='Name']|[0].Value]" --output text | tr '\t' ' ')" || return 1
  expect "profile's role" ec2-ecr-role "$(aws iam get-instance-profile --instance-profile-name ec2-ecr-profile --query 'InstanceProfile.Roles[0].RoleName' --output text)"
}

finds_the_app_server() {
  local ip
  ip=$(terraform -chdir="$work/deploy/terraform/app-server" output -state "$tf_state" -raw app_server_public_ip) || return 1
  expect_status 0 "Sensor $ip:50051" "$DEPLOY_DIR/test_grpc.sh" --dry-run --app-server
}

user_data_is_a_script() {
  local id file="$work/user_data.sh"
  id=$(terraform -chdir="$work/deploy/terraform/app-server" output -state "$tf_state" -raw app_server_id) || return 1
  aws ec2 describe-instance-attribute --instance-id "$id" --attribute userData --query UserData.Value --output text | base64 -d >"$file" || return 1
  bash -n "$file" || return 1
  ! have shellcheck || shellcheck "$file" || return 1
  grep -q "start 'actuator-service' '50053'" "$file"
}

if [[ -z $no_terraform && $network_up == 1 ]]; then
  check "deploy_tf.sh --dry-run (plan) on the stack that deploy_cf.sh made" \
    expect_status 0 "Plan: 4 to add" "$work/deploy/deploy_tf.sh" --dry-run --state "$tf_state" --key-name operator
  if check "deploy_tf.sh (apply)" "$work/deploy/deploy_tf.sh" --yes --state "$tf_state" --key-name operator; then
    check "app-server: outputs; subnet, security group, tag and role as they should be" apply_outputs
    check "test_grpc.sh --app-server finds it" finds_the_app_server
    check "app-server: user data as the instance would get it is a sound script" user_data_is_a_script
  else
    skip "app-server outputs" "apply failed"
    skip "test_grpc.sh --app-server" "apply failed"
    skip "app-server user data" "apply failed"
  fi
  check "deploy_tf.sh says which stack is missing" \
    expect_status 1 "make it first with deploy_cf.sh" "$work/deploy/deploy_tf.sh" --dry-run --stack no-such-stack
  help_moto_delete network-stack
  check "teardown.sh removes compute and network" "$work/deploy/teardown.sh" --yes --state "$tf_state"
  check "network-stack is gone" stack_is_gone network-stack
  check "test_grpc.sh --app-server says that there is none" expect_status 1 "one running app-server" "$DEPLOY_DIR/test_grpc.sh" --dry-run --app-server
  check "teardown.sh again finds nothing, and is content" "$work/deploy/teardown.sh" --yes --state "$tf_state"
else
  reason=${no_moto:-${no_terraform:-deploy_cf.sh network failed}}
  for name in "deploy_tf.sh --dry-run" "deploy_tf.sh (apply)" "app-server outputs" "test_grpc.sh --app-server" "app-server user data" "deploy_tf.sh without its stack" "teardown.sh"; do skip "$name, against moto" "$reason"; done
fi
