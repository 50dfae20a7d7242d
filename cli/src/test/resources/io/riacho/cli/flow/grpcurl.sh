# What docs/grpc.md asks of grpcurl, by buf, for machines that have no grpcurl. Sourced before a
# block of that page is run.
grpcurl() {
  local data='' schema='' address='' method='' flags=()
  while [ $# -gt 0 ]; do
    case $1 in
      -plaintext) ;;
      -emit-defaults) flags+=(--emit-defaults) ;;
      -import-path) schema=$2; shift ;;
      -proto) shift ;;
      -d) data=$2; shift ;;
      -*) echo "grpcurl.sh does not know $1" >&2; return 2 ;;
      *) if [ -z "$address" ]; then address=$1; else method=$1; fi ;;
    esac
    shift
  done
  [ "$data" = @ ] && data=@-
  if [ -n "$schema" ]; then flags+=(--schema "$schema"); else flags+=(--reflect); fi
  buf curl --protocol grpc --http2-prior-knowledge "${flags[@]}" -d "$data" \
    "http://$address/$method"
}
