#!/usr/bin/env bash
# Makes the release archive, reproducibly: the same commit and JDK give the same bytes. `./dev release` runs this.
#
# usage: release.sh [options]
#
#   --output DIR    where the archives go (target/release)
#   --runtime       also make riacho-VERSION-linux-ARCH.tar.gz, with a Java runtime inside (on Linux)
#   --work-tree     build what lies in the work tree, instead of the commit that is checked out
#   --verify        make everything a second time, elsewhere, and compare
#   -h, --help
#
# riacho-VERSION.tar.gz holds bin/riacho, lib/, the example configuration, docs, licence and riacho-VERSION.cdx.json, the
# SBOM (CycloneDX); it needs a JDK or JRE 25. SHA256SUMS lists what was made. Times inside are the commit's.
# Exit: 0 done, 1 it failed, 2 wrong usage, 3 a tool is missing.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

CYCLONEDX=org.cyclonedx:cyclonedx-maven-plugin:2.9.1

output="$REPOSITORY_DIR/target/release"
runtime=0
work_tree=0
verify=0
while [[ $# -gt 0 ]]; do
  case $1 in
    --output) output=$(absolute "$(value_of "$@")"); shift ;;
    --runtime) runtime=1 ;;
    --work-tree) work_tree=1 ;;
    --verify) verify=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown argument '$1' (see --help)" ;;
  esac
  shift
done

# The launcher's own search for a JDK and for Maven; it knows how to say what is missing.
# shellcheck source=../riacho
source "$REPOSITORY_DIR/riacho"
find_jdk build
find_maven
export JAVA_HOME=$JDK

tar=tar
if ! tar --version 2>/dev/null | grep -q 'GNU tar'; then
  need gtar "GNU tar makes archives reproducible (brew install gnu-tar)"
  tar=gtar
fi

in_git() { git -C "$REPOSITORY_DIR" rev-parse --git-dir >/dev/null 2>&1; }

if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  # The build's own date where there is no commit.
  SOURCE_DATE_EPOCH=1767225600
  ! in_git || SOURCE_DATE_EPOCH=$(git -C "$REPOSITORY_DIR" log -1 --format=%ct)
fi
export SOURCE_DATE_EPOCH

# The sources, without what a build left behind.
copy_sources() {
  local to=$1
  mkdir -p "$to"
  if [[ $work_tree == 0 ]] && in_git; then
    [[ -z $(git -C "$REPOSITORY_DIR" status --porcelain) ]] || say "the work tree has changes; the archive is made from the commit, without them"
    git -C "$REPOSITORY_DIR" archive HEAD | tar -x -C "$to"
  else
    (cd "$REPOSITORY_DIR" && tar -c --exclude=./.git --exclude=target --exclude=./data --exclude=./demo-data .) | tar -x -C "$to"
  fi
}

# archive FOLDER FILE: FOLDER's content as a tar.gz without times, owners or an order of its own.
archive() {
  "$tar" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
    --mode='u+rw,go+r-w,a+X' -c -C "$(dirname "$1")" "$(basename "$1")" | gzip -n -9 >"$2"
}

architecture() {
  case $(uname -m) in
    x86_64 | amd64) echo x64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# make_release TO: builds in a folder of its own and leaves the archives in TO.
make_release() (
  to=$1
  work=$(mktemp -d "${TMPDIR:-/tmp}/riacho-release.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  copy_sources "$work/source"
  cd "$work/source"
  say "building"
  if ! "$MAVEN" -B -q -Pquick -Dmaven.test.skip=true -pl cli -am package "$CYCLONEDX:makeBom" \
      -DoutputFormat=json -DoutputName=sbom -DincludeBomSerialNumber=false -DincludeTestScope=false >"$work/build.log" 2>&1; then
    tail -n 40 "$work/build.log" >&2
    die 1 "the build failed"
  fi
  jar=$(basename cli/target/riacho-cli-*.jar .jar)
  version=${jar#riacho-cli-}
  name="riacho-$version"
  mkdir -p "$work/$name/bin" "$work/$name/lib" "$work/$name/docs" "$to"
  cp riacho "$work/$name/bin/riacho"
  chmod 755 "$work/$name/bin/riacho"
  cp cli/target/lib/*.jar "cli/target/$jar.jar" "$work/$name/lib/"
  for file in LICENSE README.md CHANGELOG.md riacho.example.yaml; do
    [[ ! -e $file ]] || cp "$file" "$work/$name/"
  done
  for file in operating deploying grpc; do
    [[ ! -e docs/$file.md ]] || cp "docs/$file.md" "$work/$name/docs/"
  done
  cp cli/target/sbom.json "$work/$name/$name.cdx.json"
  cp cli/target/sbom.json "$to/$name.cdx.json"
  archive "$work/$name" "$to/$name.tar.gz"
  made=("$name.cdx.json" "$name.tar.gz")
  if [[ $runtime == 1 ]]; then
    [[ $(uname -s) == Linux ]] || die 2 "--runtime makes a Linux archive and needs Linux"
    need zip "apt-get install zip"
    say "making the runtime"
    # Two thirds of DuckDB's jar are for other systems.
    case $(architecture) in x64) native=linux_amd64 ;; *) native=linux_$(architecture) ;; esac
    natives=()
    while read -r file; do natives+=("$file"); done \
      < <("$JDK/bin/jar" --list --file "$work/$name"/lib/duckdb_jdbc-*.jar | grep '^libduckdb_java\.so' | grep -v "$native\$")
    [[ ${#natives[@]} == 0 ]] || zip -q -d "$work/$name"/lib/duckdb_jdbc-*.jar "${natives[@]}"
    # What `jdeps` finds in lib/, and what is reached by reflection or by an operator: jcmd and flight recordings.
    "$JDK/bin/jlink" --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.jcmd,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs \
      --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 --output "$work/$name/runtime"
    made+=("$name-linux-$(architecture).tar.gz")
    archive "$work/$name" "$to/$name-linux-$(architecture).tar.gz"
  fi
  cd "$to"
  if command -v sha256sum >/dev/null; then sha256sum "${made[@]}"; else shasum -a 256 "${made[@]}"; fi >SHA256SUMS
)

make_release "$output"
if [[ $verify == 1 ]]; then
  again=$(mktemp -d "${TMPDIR:-/tmp}/riacho-release-again.XXXXXX")
  trap 'rm -rf "$again"' EXIT
  make_release "$again"
  diff "$output/SHA256SUMS" "$again/SHA256SUMS" >&2 || die 1 "made twice, the archives differ"
  say "made twice: the same bytes"
fi
say "in $output:"
cat "$output/SHA256SUMS"
