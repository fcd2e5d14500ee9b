#!/usr/bin/env bash
# Makes one file with all that a station runs, to be carried on a USB stick: install.sh in it needs no network, no npm and
# no Node.js on the Raspberry Pi, and `offline-charging update` takes it as it is.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=hardware/raspberry-pi/programs.sh
. "$here/programs.sh"

dry_run=false
arch=arm64
to=.
package=
node=
npm=(npm)

usage() {
  cat <<'TEXT'
npm run pack:station -- [--arch arm64|x64] [--to FOLDER] [--package FILE] [--node FILE]

  --arch      the station's processor: arm64 (Raspberry Pi) unless said otherwise
  --to        where the file goes: the folder where this is run
  --package   the package to put in, as `npm pack` makes it; otherwise the one that this script is a part of
  --node      the station's Node.js as nodejs.org gives it; otherwise npm brings one
TEXT
}
fail() { printf 'pack-station.sh: %s\n' "$*" >&2; exit 1; }

while (($#)); do
  case $1 in
    --arch) arch=${2:?"--arch takes arm64 or x64"}; shift 2 ;;
    --to) to=${2:?"--to takes a folder"}; shift 2 ;;
    --package) package=$(realpath "${2:?"--package takes a file"}"); shift 2 ;;
    --node) node=$(realpath "${2:?"--node takes a file"}"); shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $arch == arm64 || $arch == x64 ]] || fail "there is no station with $arch: --arch takes arm64 or x64"
[[ -d $to ]] || fail "there is no folder $to"
root=$(package_of "$here")
[[ -n $root ]] || fail 'this script is not inside its package'
[[ -n $package || -d $root/dist/flows ]] || fail "nothing is built in $root: run \`npm ci && npm run build\` there first"
command -v npm >/dev/null || fail 'there is no npm here: install Node.js with npm on the machine that makes the file'
major=$(npm --version | cut -d. -f1)
((major >= 10)) || fail "this npm is $(npm --version): it cannot fetch for another machine; npm 10 or newer can"

name=offline-charging-station-$(own_version)-linux-$arch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'printf "pack-station.sh: this did not work; why is said above. It needs the network, and 1 GB in %s.\n" "$work" >&2' ERR
build_programs "$work/$name/programs" "$arch" "$package" "$node"
put 0755 "$work/$name/install.sh" <<'TEXT'
#!/bin/sh
# Installs this version on the machine, or updates it. `--help` says what it takes.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/programs/node_modules/@offline-charging/node-red/dist/hardware/raspberry-pi/install.sh" "$@"
TEXT
# Beside its final name first: whoever copies it away never gets half a file.
tar -C "$work" --owner=0 --group=0 -czf "$to/.$name.tar.gz.new" "$name"
mv "$to/.$name.tar.gz.new" "$to/$name.tar.gz"
say "$to/$name.tar.gz, $(du -h "$to/$name.tar.gz" | cut -f1)"
