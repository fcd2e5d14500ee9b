# shellcheck shell=bash disable=SC2034,SC2154 # root, npm and dry_run are those of the script that sources this
# Sourced by install.sh and pack-station.sh: makes what a station runs (its Node.js, npm, Node-RED, this package) as one
# folder that can be carried to another machine, put beside an older one, and switched to.
#
#   release                    version and processor, as in `0.1.0 arm64`
#   runtime/bin/node           the station's Node.js; runtime/npm and runtime/headers belong to it
#   node_modules/              Node-RED, the dashboard and this package with all they need

# What the package was made with: the range that begins with ^, not the one in `engines`.
version() { sed -n "s|.*\"$1\": \"\\(\\^[^\"]*\\)\".*|\\1|p" "$root/package.json" | head -n 1; }
own_version() { sed -n 's|^  "version": "\([^"]*\)".*|\1|p' "$root/package.json" | head -n 1; }

# The package as npm would pack it, without an npm: of a checkout that was built, and of a package that was unpacked.
# What is bundled or installed beside it stays where it is.
pack() {
  local file=$1 parts=(package.json README.md LICENSE CHANGELOG.md dist examples) present=() part
  for part in "${parts[@]}"; do
    if [[ -e $root/$part ]]; then present+=("$part"); fi
  done
  tar -C "$root" --owner=0 --group=0 --transform 's|^|package/|' -czf "$file" "${present[@]}"
}

# fetch_runtime FOLDER ARCH NODE: the station's Node.js and its npm.
#   ARCH  arm64 or x64, of the machine that will run it
#   NODE  a Node.js as nodejs.org gives it, packed or unpacked; nothing: npm brings one
# The array `npm` says which npm fetches.
fetch_runtime() {
  local folder=$1 arch=$2 node=$3 node_package=node-linux-$2
  run install -d "$folder/runtime/bin"
  if [[ -n $node ]]; then
    run install -d "$folder/runtime/node"
    if [[ -d $node ]]; then run cp -a "$node/." "$folder/runtime/node/"
    else run tar -xf "$node" -C "$folder/runtime/node" --strip-components=1; fi
    run ln -sfn ../node/bin/node "$folder/runtime/bin/node"
    run ln -sfn node/lib/node_modules/npm "$folder/runtime/npm"
    run ln -sfn node "$folder/runtime/headers"
    return
  fi
  put 0644 "$folder/runtime/package.json" <<'TEXT'
{ "name": "runtime", "private": true }
TEXT
  # By force where it is for another machine: npm asks this one's processor of what is named, whatever it is told.
  run "${npm[@]}" install --prefix "$folder/runtime" --ignore-scripts "${common[@]}" ${foreign:+--force} "${foreign[@]}" \
    "$node_package@$(version node)" npm@^11
  run ln -sfn "../node_modules/$node_package/bin/node" "$folder/runtime/bin/node"
  run ln -sfn node_modules/npm "$folder/runtime/npm"
  run ln -sfn "node_modules/$node_package" "$folder/runtime/headers"
}
common=(--no-fund --no-audit --loglevel=error)
# Set by those who fetch for another machine.
foreign=()

# build_programs FOLDER ARCH PACKAGE NODE: fills the folder; what is not said above:
#   PACKAGE  the package as a .tgz; nothing: that of $root
# Only where it is run on that very processor is anything compiled.
build_programs() {
  local folder=$1 arch=$2 package=$3 node=$4
  if [[ $arch != "$(machine_arch)" ]]; then foreign=(--os=linux --cpu="$arch" --libc=glibc --ignore-scripts); fi
  # The station's Node.js first, then everything else by that very Node.js: what npm compiles fits no other.
  [[ -e $folder/runtime/bin/node ]] || fetch_runtime "$folder" "$arch" "$node"
  # Kept there: npm looks for it again whenever something is installed beside it.
  if [[ -n $package ]]; then run cp "$package" "$folder/offline-charging.tgz"; else run pack "$folder/offline-charging.tgz"; fi
  put 0644 "$folder/package.json" <<'TEXT'
{
  "name": "station",
  "private": true,
  "allowScripts": { "epoll": true, "koffi": false, "@serialport/bindings-cpp": false, "core-js": false }
}
TEXT
  local by=(env "PATH=$folder/runtime/bin:$PATH" "npm_config_nodedir=$folder/runtime/headers"
    "$folder/runtime/bin/node" "$folder/runtime/npm/bin/npm-cli.js")
  if ((${#foreign[@]})); then by=("${npm[@]}"); fi
  run "${by[@]}" install --prefix "$folder" --omit=dev "${common[@]}" "${foreign[@]}" \
    "$folder/offline-charging.tgz" \
    "node-red@$(version node-red)" \
    "@flowfuse/node-red-dashboard@$(version @flowfuse/node-red-dashboard)"
  put 0644 "$folder/release" <<<"$(own_version) $arch"
}

machine_arch() {
  case $(uname -m) in
    aarch64) echo arm64 ;;
    x86_64) echo x64 ;;
    *) uname -m ;;
  esac
}

say() { printf '%s\n' "$*"; }
run() {
  last_run=$*
  if $dry_run; then printf '  would run: %s\n' "$*"; else "$@"; fi
}
# Writes what comes in to a file, when it is not there already.
put() {
  local mode=$1 path=$2 content
  content=$(cat; printf .)
  content=${content%.}
  if [[ -f $path && "$(cat "$path"; printf .)" == "$content." ]]; then return 0; fi
  if $dry_run; then say "  would write: $path"; return 0; fi
  install -d "$(dirname "$path")"
  printf '%s' "$content" >"$path.new"
  chmod "$mode" "$path.new"
  mv "$path.new" "$path"
}

# The package that a script is a part of: two folders up in a checkout, three in what is published.
package_of() {
  local candidate
  for candidate in "$1/../.." "$1/../../.."; do
    if grep -qs '"name": "@offline-charging/node-red"' "$candidate/package.json"; then realpath "$candidate"; return; fi
  done
}
