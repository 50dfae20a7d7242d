#!/usr/bin/env bash
# Checks the deployments without an account: `./dev test infra`.
#
# usage: test.sh [--keep]
#
# Static: shellcheck on every script, cfn-lint on every template, the reports' names in the templates, compose files,
# the workflow. Against moto (a fake of AWS on a free loopback port): deploy_cf.sh itself, outputs and exports read
# back; terraform fmt, init, validate, test with mocked providers, deploy_tf.sh's plan and apply on top of that stack,
# teardown.sh. A check whose tool is absent is printed as `not run`, with the reason, and counted as that.
#
# Tools: shellcheck, cfn-lint, aws, moto_server, terraform with the AWS provider within its reach, docker-compose.
# --keep leaves the work folder. Ends with `infra: N passed, N failed, N not run`; exit 0 only if none failed.
set -uo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

keep=0
case ${1-} in
  "") ;;
  --keep) keep=1 ;;
  -h | --help) usage; exit 0 ;;
  *) die 2 "unknown argument '$1' (see --help)" ;;
esac

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

# --- static ----------------------------------------------------------------------------------------------------

scripts=("$DEPLOY_DIR"/*.sh "$DEPLOY_DIR"/docker/*.sh)
if ! have shellcheck && have apt-get && [[ $(id -u) == 0 ]]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq shellcheck >/dev/null 2>&1
fi
for script in "${scripts[@]}"; do
  [[ -e $script ]] || continue
  name=${script#"$REPOSITORY_DIR"/}
  if have shellcheck; then check "shellcheck $name" shellcheck -x -P "$DEPLOY_DIR" "$script"; else skip "shellcheck $name" "no shellcheck, and it could not be installed"; fi
done

helps() {
  local output
  output=$("$1" --help) && [[ $output == *usage:* ]]
}
for script in "$DEPLOY_DIR"/*.sh; do
  [[ $script == */lib.sh ]] || check "${script##*/} --help" helps "$script"
done

for template in "$DEPLOY_DIR"/cloudformation/*.yaml; do
  if have cfn-lint; then check "cfn-lint ${template##*/}" cfn-lint "$template"; else skip "cfn-lint ${template##*/}" "no cfn-lint: pip install cfn-lint"; fi
done

# No script, template or module names an account, a key pair or an address of ours.
nothing_hard_coded() {
  ! grep -rnE '(^|[^0-9])[0-9]{12}([^0-9]|$)|AKIA[0-9A-Z]{16}|ami-[0-9a-f]{8,}' "$DEPLOY_DIR" \
    --include='*.sh' --include='*.yaml' --include='*.yml' --include='*.tf' --include='*.tftpl' --include=Dockerfile
}
check "nothing hard-coded: account, access key, AMI" nothing_hard_coded

check "deploy_cf.sh refuses to open a service to everybody" \
  expect_status 2 "not an IPv4 range" "$DEPLOY_DIR/deploy_cf.sh" --dry-run --cidr 0.0.0.0/0
check "deploy_cf.sh asks who may connect" \
  expect_status 2 "say who may connect" "$DEPLOY_DIR/deploy_cf.sh" --dry-run
check "deploy_cf.sh --dry-run prints the command and calls nothing" \
  expect_status 0 "cloudformation create-stack" env PATH=/usr/bin:/bin AWS_ENDPOINT_URL=http://127.0.0.1:1 "$DEPLOY_DIR/deploy_cf.sh" --dry-run --profile field --cidr 203.0.113.7/32
check "teardown.sh --dry-run prints what it would remove" \
  expect_status 0 "delete-stack" env AWS_ENDPOINT_URL=http://127.0.0.1:1 "$DEPLOY_DIR/teardown.sh" --dry-run --all

compose=()
if have docker-compose; then
  compose=(docker-compose)
elif have docker && docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
fi
for file in "$DEPLOY_DIR"/compose/*.yml; do
  [[ -e $file ]] || continue
  if [[ ${#compose[@]} -gt 0 ]]; then check "compose config ${file##*/}" "${compose[@]}" -f "$file" config --quiet; else skip "compose config ${file##*/}" "no docker-compose and no docker compose"; fi
done

# The workflow is YAML whose jobs, and what they need, exist; actionlint says more where it is installed.
workflow_is_sound() {
  python3 - "$REPOSITORY_DIR/.github/workflows/ci.yml" <<'PYTHON'
import sys, yaml
jobs = yaml.safe_load(open(sys.argv[1]))["jobs"]
for name, job in jobs.items():
    needs = job.get("needs", [])
    for need in [needs] if isinstance(needs, str) else needs:
        assert need in jobs, f"{name} needs {need}, which does not exist"
    assert job["runs-on"] and job["steps"], name
    assert all("uses" in step or "run" in step for step in job["steps"]), name
missing = {"test", "infra", "images", "scan", "release"} - jobs.keys()
assert not missing, f"no job {missing}"
PYTHON
}
if have python3 && python3 -c 'import yaml' 2>/dev/null; then
  check "workflow ci.yml: jobs and what they need" workflow_is_sound
else
  skip "workflow ci.yml: jobs and what they need" "no python3 with yaml"
fi
if have actionlint; then check "actionlint" actionlint "$REPOSITORY_DIR/.github/workflows/ci.yml"; else skip "actionlint" "no actionlint"; fi

# --- CloudFormation against moto -------------------------------------------------------------------------------

export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-2 AWS_REGION=us-east-2
export AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE="$work/aws-config" AWS_SHARED_CREDENTIALS_FILE="$work/aws-credentials"
unset AWS_PROFILE AWS_SESSION_TOKEN
: >"$AWS_CONFIG_FILE"
: >"$AWS_SHARED_CREDENTIALS_FILE"

no_moto=""
if ! have aws; then
  no_moto="no aws: install the AWS CLI"
elif ! have moto_server; then
  no_moto="no moto_server: pip install 'moto[server]'"
else
  # Port 0: the kernel picks a free one, which the server's log names.
  moto_server -H 127.0.0.1 -p 0 >"$work/moto.log" 2>&1 &
  moto_pid=$!
  port=""
  for _ in $(seq 1 150); do
    port=$(sed -n 's|.*Running on http://127.0.0.1:\([0-9]*\).*|\1|p' "$work/moto.log" | head -n 1)
    [[ -z $port ]] || break
    kill -0 "$moto_pid" 2>/dev/null || break
    sleep 0.2
  done
  if [[ -n $port ]]; then
    export AWS_ENDPOINT_URL="http://127.0.0.1:$port" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
  else
    no_moto="moto_server did not start: $(tail -n 1 "$work/moto.log")"
  fi
fi

output_of() { aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text; }
export_of() { aws cloudformation list-exports --query "Exports[?Name=='$1'].Value" --output text; }

exports_are_read_back() {
  local key value
  for key in VpcId PublicSubnetId SecurityGroupId; do
    value=$(output_of network-stack "$key")
    [[ -n $value && $value != None ]] || { echo "no output $key"; return 1; }
    expect "export field-$key" "$value" "$(export_of "field-$key")" || return 1
  done
}

network_is_as_reported() {
  local vpc subnet group
  vpc=$(output_of network-stack VpcId)
  subnet=$(output_of network-stack PublicSubnetId)
  group=$(output_of network-stack SecurityGroupId)
  expect VPC 10.0.0.0/16 "$(aws ec2 describe-vpcs --vpc-ids "$vpc" --query 'Vpcs[0].CidrBlock' --output text)" || return 1
  expect subnet "10.0.1.0/24 True" "$(aws ec2 describe-subnets --subnet-ids "$subnet" --query 'Subnets[0].[CidrBlock,MapPublicIpOnLaunch]' --output text | tr '\t' ' ')" || return 1
  expect ingress "22 22 198.51.100.0/24;50051 50053 203.0.113.7/32;" \
    "$(aws ec2 describe-security-groups --group-ids "$group" --query 'sort_by(SecurityGroups[0].IpPermissions,&FromPort)[].[FromPort,ToPort,IpRanges[0].CidrIp]' --output text | tr '\t' ' ' | tr '\n' ';')" || return 1
  # moto's CloudFormation associates no route table with a subnet, so this looks in the whole VPC.
  expect route 0.0.0.0/0 "$(aws ec2 describe-route-tables --filters "Name=vpc-id,Values=$vpc" --query "RouteTables[].Routes[?starts_with(GatewayId, 'igw-')].DestinationCidrBlock[]" --output text)"
}

# On a stack of its own: moto forgets a stack's outputs when it is updated.
updates_one_parameter() {
  local names='sort_by(Stacks[0].Parameters,&ParameterKey)[].ParameterValue'
  "$DEPLOY_DIR/deploy_cf.sh" network --stack other-stack --environment other SshCidr=198.51.100.0/24 ServiceCidr=203.0.113.7/32 VpcCidr=10.9.0.0/16 PublicSubnetCidr=10.9.1.0/24 || return 1
  "$DEPLOY_DIR/deploy_cf.sh" network --stack other-stack --environment other SshCidr=198.51.100.0/25 ServiceCidr=203.0.113.7/32 || return 1
  expect parameters "other 10.9.1.0/24 203.0.113.7/32 198.51.100.0/25 10.9.0.0/16" \
    "$(aws cloudformation describe-stacks --stack-name other-stack --query "$names" --output text | tr '\t' ' ')"
}

# moto's CloudFormation deletes no route tables, and its EC2 then refuses to delete the VPC: this does it first.
help_moto_delete() {
  local vpc table
  for vpc in $(aws cloudformation describe-stack-resources --stack-name "$1" --query "StackResources[?LogicalResourceId=='Vpc'].PhysicalResourceId" --output text); do
    for table in $(aws ec2 describe-route-tables --filters "Name=vpc-id,Values=$vpc" --query "RouteTables[?length(Routes)>\`1\`].RouteTableId" --output text); do
      aws ec2 delete-route-table --route-table-id "$table"
    done
  done
}

# moto knows no public SSM parameters of Canonical's, so its copy of greeting.yaml takes Amazon's. Nothing else differs.
copy_for_moto() {
  mkdir -p "$work/deploy/cloudformation"
  cp "$DEPLOY_DIR"/*.sh "$work/deploy/"
  cp "$DEPLOY_DIR"/cloudformation/*.yaml "$work/deploy/cloudformation/"
  sed 's|/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id|/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64|' \
    "$DEPLOY_DIR/cloudformation/greeting.yaml" >"$work/deploy/cloudformation/greeting.yaml"
}

release_parameters=(RepositoryUrl=https://github.com/example/riacho Version=1.2.3
  ArchiveSha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)

# instance_of STACK-NAME: INSTANCE-ID SUBNET PRIVATE-ADDRESS of the instance with that tag Name.
instance_of() {
  aws ec2 describe-instances --filters "Name=tag:Name,Values=$1" --query 'Reservations[0].Instances[0].[InstanceId,SubnetId,PrivateIpAddress]' --output text
}
subnet_of() {
  aws ec2 describe-subnets --filters "Name=cidr-block,Values=$1" --query 'Subnets[0].SubnetId' --output text
}

# user_data_of NAME TEXT…: the user data of that instance is a sound script, holds each text, and checks the archive.
user_data_of() {
  local name=$1 text file="$work/user_data.sh" id
  shift
  read -r id _ <<<"$(instance_of "$name")"
  aws ec2 describe-instance-attribute --instance-id "$id" --attribute userData --query UserData.Value --output text | base64 -d >"$file" || return 1
  bash -n "$file" || return 1
  # moto leaves the address of the wait handle as it stands in the template.
  ! have shellcheck || shellcheck --exclude=SC2016 "$file" || return 1
  for text in "https://github.com/example/riacho/releases/download/v1.2.3/riacho-1.2.3-linux-x64.tar.gz" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  /tmp/riacho.tar.gz" "$@"; do
    grep -qF -- "$text" "$file" || { printf 'the user data of %s does not hold: %s\n' "$name" "$text"; return 1; }
  done
}

ingress_of() {
  # shellcheck disable=SC2016 # the backquotes are JMESPath's
  aws ec2 describe-security-groups --filters "Name=tag:Name,Values=$1" --query 'sort_by(SecurityGroups[0].IpPermissions,&FromPort)[].[FromPort,ToPort,join(`+`,sort(IpRanges[].CidrIp))]' --output text | tr '\t' ' ' | tr '\n' ';'
}

greeting_is_as_reported() {
  # moto gives the instance no public address where its CloudFormation makes the subnet: the port is what can be checked.
  expect "Address's port" 50051 "$(output_of greeting-stack Address | sed 's/.*://')" || return 1
  expect ingress "22 22 203.0.113.7/32;50051 50051 203.0.113.7/32;" "$(ingress_of greeting-stack-greeting)" || return 1
  user_data_of greeting-stack-greeting "ExecStart=/opt/riacho/bin/riacho greeting" "RIACHO_BIND=0.0.0.0" "append:/var/log/riacho/greeting.log"
}

tcp_sensors_are_as_reported() {
  local address subnet metric
  read -r _ subnet address <<<"$(instance_of tcp-sensors-stack-server)"
  expect "the server's subnet" "$(subnet_of 10.2.1.0/24)" "$subnet" || return 1
  expect ServerPrivateIp "$address" "$(output_of tcp-sensors-stack ServerPrivateIp)" || return 1
  expect ingress "22 22 203.0.113.7/32;5000 5000 10.2.2.0/24+203.0.113.7/32;" "$(ingress_of tcp-sensors-stack-server)" || return 1
  expect "the clients' ingress" "22 22 203.0.113.7/32;" "$(ingress_of tcp-sensors-stack-client)" || return 1
  user_data_of tcp-sensors-stack-server "ExecStart=/opt/riacho/bin/riacho up" "RIACHO_TCP_BIND=0.0.0.0" || return 1
  for metric in temperature humidity; do
    read -r _ subnet _ <<<"$(instance_of "tcp-sensors-stack-$metric")"
    expect "the $metric sensor's subnet" "$(subnet_of 10.2.2.0/24)" "$subnet" || return 1
    user_data_of "tcp-sensors-stack-$metric" "simulate --protocol tcp --metric $metric --period 2s --to $address:5000" || return 1
  done
}

stack_is_gone() {
  ! aws cloudformation describe-stacks --stack-name "$1"
}

network_up=0
if [[ -z $no_moto ]]; then
  if check "deploy_cf.sh network, against moto" "$DEPLOY_DIR/deploy_cf.sh" network --environment field SshCidr=198.51.100.0/24 ServiceCidr=203.0.113.7/32; then network_up=1; fi
  check "network-stack: outputs equal exports field-VpcId, -PublicSubnetId, -SecurityGroupId" exports_are_read_back
  check "network-stack: CIDRs, public addresses, route, ports 22 and 50051–50053 from the given ranges only" network_is_as_reported
  check "deploy_cf.sh network again, with one parameter changed, keeps the others" updates_one_parameter
  copy_for_moto
  check "deploy_cf.sh greeting, against moto" "$work/deploy/deploy_cf.sh" greeting --cidr 203.0.113.7/32 "${release_parameters[@]}"
  check "greeting-stack: address, ports, user data with the release's checksum" greeting_is_as_reported
  skip "greeting-stack: alarms read back" "moto's CloudFormation makes no CloudWatch alarms"
  check "deploy_cf.sh tcp-sensors, against moto" "$work/deploy/deploy_cf.sh" tcp-sensors --cidr 203.0.113.7/32 --key-name operator "${release_parameters[@]}"
  check "tcp-sensors-stack: subnets, ports, clients that are given the server's address" tcp_sensors_are_as_reported
  for stack in greeting-stack tcp-sensors-stack; do help_moto_delete "$stack"; done
  check "teardown.sh removes greeting and tcp-sensors" "$work/deploy/teardown.sh" --yes --only greeting --only tcp-sensors
  check "greeting-stack and tcp-sensors-stack are gone" eval 'stack_is_gone greeting-stack && stack_is_gone tcp-sensors-stack'
else
  for name in "deploy_cf.sh greeting" "greeting-stack" "deploy_cf.sh tcp-sensors" "tcp-sensors-stack" "teardown.sh of both" "deploy_cf.sh network" "network-stack outputs and exports" "network-stack addresses and ports" "deploy_cf.sh network with one parameter changed"; do skip "$name, against moto" "$no_moto"; done
fi

# --- Terraform -------------------------------------------------------------------------------------------------

# Says why, where neither a registry nor a mirror has the provider; prints nothing when init works or fails otherwise.
provider_out_of_reach() {
  local output
  output=$(terraform -chdir="$1" init -input=false -no-color 2>&1) && return
  if [[ $output == *"Failed to query available provider packages"* ]]; then
    printf 'the AWS provider is out of reach: no registry, no mirror in the Terraform CLI configuration'
  fi
}

export TF_IN_AUTOMATION=1 TF_CLI_ARGS=-no-color CHECKPOINT_DISABLE=1
no_terraform=""
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
    check "app-server: user data as the instance would get it is a sound script" user_data_is_a_script
  else
    skip "app-server outputs" "apply failed"
    skip "app-server user data" "apply failed"
  fi
  check "deploy_tf.sh says which stack is missing" \
    expect_status 1 "make it first with deploy_cf.sh" "$work/deploy/deploy_tf.sh" --dry-run --stack no-such-stack
  help_moto_delete network-stack
  check "teardown.sh removes compute and network" "$work/deploy/teardown.sh" --yes --state "$tf_state"
  check "network-stack is gone" stack_is_gone network-stack
  check "teardown.sh again finds nothing, and is content" "$work/deploy/teardown.sh" --yes --state "$tf_state"
else
  reason=${no_moto:-${no_terraform:-deploy_cf.sh network failed}}
  for name in "deploy_tf.sh --dry-run" "deploy_tf.sh (apply)" "app-server outputs" "app-server user data" "deploy_tf.sh without its stack" "teardown.sh"; do skip "$name, against moto" "$reason"; done
fi

if have aws; then
  check "without credentials the scripts say so, and what to do" \
    expect_status 4 "aws configure" env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_ENDPOINT_URL "$DEPLOY_DIR/deploy_cf.sh" network --cidr 203.0.113.7/32
fi

printf 'infra: %d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
[[ $failed == 0 ]]
