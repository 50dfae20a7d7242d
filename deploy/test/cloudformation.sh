# shellcheck shell=bash
# deploy_cf.sh, build_and_push.sh and teardown.sh against moto, a fake of AWS. Sourced by test.sh.

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

# An engine that only writes down what it was asked; ECR is moto's.
fake_docker() {
  mkdir -p "$work/fake-docker"
  cat >"$work/fake-docker/docker" <<'FAKE'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"${0%/*}/calls"
[[ $1 != login ]] || grep -q . # reads the password
FAKE
  chmod 755 "$work/fake-docker/docker"
  : >"$work/fake-docker/calls"
}
pushes_two_images() {
  local account registry calls="$work/fake-docker/calls" image
  fake_docker
  for _ in 1 2; do # the second time the repositories are there
    PATH="$work/fake-docker:$PATH" "$DEPLOY_DIR/build_and_push.sh" --platform linux/amd64 --tag 1.2.3 sensor-service greeting-service || return 1
  done
  account=$(aws sts get-caller-identity --query Account --output text) || return 1
  registry="$account.dkr.ecr.us-east-2.amazonaws.com"
  expect repositories "greeting-service sensor-service" \
    "$(aws ecr describe-repositories --query 'sort(repositories[].repositoryName)' --output text | tr '\t' ' ')" || return 1
  expect scanning "true true" \
    "$(aws ecr describe-repositories --query 'repositories[].imageScanningConfiguration.scanOnPush' --output json | grep -o true | tr '\n' ' ' | sed 's/ $//')" || return 1
  expect logins 2 "$(grep -c "^login --username AWS --password-stdin $registry\$" "$calls")" || return 1
  for image in sensor-service greeting-service; do
    expect "pushes of $image" 2 "$(grep -c "^buildx build .*--platform linux/amd64 --target $image --tag $registry/$image:1.2.3 .*--push" "$calls")" || return 1
  done
}
if [[ -z $no_moto ]]; then
  check "build_and_push.sh: login, repositories made once, images tagged and pushed (engine faked)" pushes_two_images
else
  skip "build_and_push.sh, against moto" "$no_moto"
fi

if have aws; then
  no_credentials() { env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_ENDPOINT_URL "$@"; }
  fake_docker
  check "deploy_cf.sh without credentials says so, and what to do" \
    expect_status 4 "aws configure" no_credentials "$DEPLOY_DIR/deploy_cf.sh" network --cidr 203.0.113.7/32
  check "teardown.sh without credentials says so" \
    expect_status 4 "aws configure" no_credentials "$DEPLOY_DIR/teardown.sh" --yes
  check "build_and_push.sh without credentials says so" \
    expect_status 4 "aws configure" no_credentials env PATH="$work/fake-docker:$PATH" "$DEPLOY_DIR/build_and_push.sh"
  check "a profile that does not exist is named" \
    expect_status 4 "in profile no-such-profile" "$DEPLOY_DIR/deploy_cf.sh" network --cidr 203.0.113.7/32 --profile no-such-profile
  if have terraform; then
    check "deploy_tf.sh without credentials says so" expect_status 4 "aws configure" no_credentials "$DEPLOY_DIR/deploy_tf.sh"
  else
    skip "deploy_tf.sh without credentials" "no terraform"
  fi
else
  for name in deploy_cf.sh teardown.sh build_and_push.sh deploy_tf.sh; do skip "$name without credentials" "no aws: install the AWS CLI"; done
fi
