#!/usr/bin/env bash
# Builds the images with buildx and pushes them to ECR; makes the repositories that are missing.
#
# usage: build_and_push.sh [options] [IMAGE ...]
#
#   IMAGE               riacho, sensor-service, processor-service, actuator-service, greeting-service (all)
#   --region REGION     (us-east-2, or AWS_REGION)
#   --profile NAME      named profile of the AWS configuration
#   --tag TAG           (latest; the commit's short hash is always pushed beside it)
#   --platform LIST     (linux/amd64,linux/arm64; emulation is slow: linux/amd64 is what the app-server needs)
#   --dist WHAT         source: build the sources in the image; archive: take what `release.sh --runtime` made (source)
#   --load              one platform into the local engine instead of ECR; needs no account
#   --dry-run           print what would run, change nothing
#   -h, --help
#
# Exit: 0 done, 1 a build or push failed, 2 wrong usage, 3 a tool is missing, 4 no credentials.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

ALL=(riacho sensor-service processor-service actuator-service greeting-service)

images=()
tag=latest
platform=linux/amd64,linux/arm64
dist=source
load=0
REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-us-east-2}}

while [[ $# -gt 0 ]]; do
  case $1 in
    riacho | sensor-service | processor-service | actuator-service | greeting-service) images+=("$1") ;;
    --region) REGION=$(value_of "$@"); shift ;;
    --profile) PROFILE=$(value_of "$@"); shift ;;
    --tag) tag=$(value_of "$@"); shift ;;
    --platform) platform=$(value_of "$@"); shift ;;
    --dist) dist=$(value_of "$@"); shift ;;
    --load) load=1 ;;
    --dry-run) DRY_RUN=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[[ ${#images[@]} -gt 0 ]] || images=("${ALL[@]}")
[[ $dist == source || $dist == archive ]] || die 2 "--dist is source or archive"
[[ $dist == source || $DRY_RUN == 1 ]] || compgen -G "$REPOSITORY_DIR/target/release/riacho-*-linux-*.tar.gz" >/dev/null \
  || die 1 "there is no archive in target/release: make it with deploy/release.sh --runtime"

if [[ $DRY_RUN == 0 ]]; then
  need docker "install Docker with buildx (https://docs.docker.com/engine/install/)"
  docker info >/dev/null 2>&1 || die 3 "the Docker engine does not answer: start it, or ask for the right to use it"
  docker buildx version >/dev/null 2>&1 || [[ $load == 1 ]] || die 3 "docker buildx is missing: install docker-buildx-plugin"
fi

revision=$(git -C "$REPOSITORY_DIR" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
arguments=(--file "$REPOSITORY_DIR/deploy/docker/Dockerfile" --build-arg "DIST=$dist"
  --label "org.opencontainers.image.revision=$revision" --label "org.opencontainers.image.licenses=Apache-2.0")

if [[ $load == 1 ]]; then
  for image in "${images[@]}"; do
    # `docker build` uses buildx where it is installed.
    run env DOCKER_BUILDKIT=1 docker build "${arguments[@]}" --target "$image" --tag "$image:$tag" "$REPOSITORY_DIR" || die 1 "$image was not built"
  done
  exit
fi

if [[ $DRY_RUN == 1 ]]; then
  registry="ACCOUNT.dkr.ecr.$REGION.amazonaws.com"
else
  need aws "install the AWS CLI, version 2 (https://aws.amazon.com/cli/)"
  account=$(account_id) || exit $?
  registry="$account.dkr.ecr.$REGION.amazonaws.com"
  say "pushing to $registry"
  aws_cli ecr get-login-password | docker login --username AWS --password-stdin "$registry" >&2 || die 4 "login to $registry failed"
fi

for image in "${images[@]}"; do
  if [[ $DRY_RUN == 1 ]] || ! aws_cli ecr describe-repositories --repository-names "$image" >/dev/null 2>&1; then
    run_aws ecr create-repository --repository-name "$image" \
      --image-scanning-configuration scanOnPush=true --encryption-configuration encryptionType=AES256 \
      --tags "Key=Project,Value=riacho" --query repository.repositoryUri --output text
  fi
  run docker buildx build "${arguments[@]}" --platform "$platform" --target "$image" \
    --tag "$registry/$image:$tag" --tag "$registry/$image:$revision" --push "$REPOSITORY_DIR" || die 1 "$image was not pushed"
done
