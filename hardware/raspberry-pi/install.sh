#!/usr/bin/env bash
# Makes a charging station of a Raspberry Pi: programs, user, permissions, boot settings, services.
# May be run again at any time: it changes what differs, and keeps the station's settings and key.
set -Eeuo pipefail

prefix=/opt/offline-charging
settings=/etc/offline-charging/station.env
state=/var/lib/offline-charging
units=/etc/systemd/system
user=offline-charging
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=hardware/raspberry-pi/programs.sh
. "$here/programs.sh"

dry_run=false
start=true
station_file=
package=
node=
keep=false
panel=keep

usage() {
  cat <<'TEXT'
sudo install.sh [--station FILE] [--package FILE] [--node FILE] [--panel | --no-panel] [--keep]
                [--no-start] [--dry-run]

  --station FILE  what the cloud gives out when it provisions the station (GET /stations/ID/provisioning);
                  kept as /var/lib/offline-charging/charger/station.json, mode 0600
  --package FILE  the package to install, as `npm pack` makes it; otherwise the one that this script is a part of
  --node FILE     the station's Node.js as nodejs.org gives it (node-v24…-linux-arm64.tar.xz): its npm does the rest,
                  and Debian's npm is not needed
  --panel         show the panel on this machine's screen from each start on: fetches Debian's Chromium, cage and a font
                  (network needed once); --no-panel takes the panel from the screen again
  --keep          keep the new version also where the doctor finds something wrong that the old one had not
  --no-start      set everything up, start nothing
  --dry-run       print what would be done, do nothing
TEXT
}

while (($#)); do
  case $1 in
    --station) station_file=${2:?"--station takes a file"}; shift 2 ;;
    --package) package=$(realpath "${2:?"--package takes a file"}"); shift 2 ;;
    --node) node=$(realpath "${2:?"--node takes a file"}"); shift 2 ;;
    --keep) keep=true; shift ;;
    --panel) panel=on; shift ;;
    --no-panel) panel=off; shift ;;
    --no-start) start=false; shift ;;
    --dry-run) dry_run=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
# Whatever fails says in which step, and what to do about it. Nothing that runs is touched before step 6.
advice='Mend what it says above, and run this again: what is done stays.'
step() { say "$1"; current_step=$1; advice=${2:-$advice}; }
trap 'printf "install.sh: step %s did not work: %s\n  %s\n" "${current_step:-0}" "${last_run:-$BASH_COMMAND}" "$advice" >&2' ERR

# What has to be so before anything is changed.
$dry_run || [[ $EUID -eq 0 ]] || fail 'run it as root: sudo install.sh'
arch=$(machine_arch)
case $arch in
  arm64 | x64) ;;
  *) fail "this is $(uname -m): Node.js and Node-RED need a 64-bit system (Raspberry Pi OS, 64-bit; Raspberry Pi 3 or newer)" ;;
esac
$dry_run || command -v apt-get >/dev/null || fail 'this is neither Raspberry Pi OS nor Debian: there is no apt-get'
$dry_run || command -v systemctl >/dev/null || fail 'there is no systemd here'
if [[ -n $station_file ]]; then
  [[ -r $station_file ]] || fail "cannot read $station_file"
  grep -q '"key"' "$station_file" || fail "$station_file is no provisioning file: it has no \"key\""
fi

root=$(package_of "$here")
[[ -n $root ]] || fail 'this script is not inside its package'
# In the file for a USB stick, and in what is installed, the programs are complete: no network, no npm.
ready=
if [[ -f $root/../../../release && -e $root/../../../runtime/bin/node ]]; then
  ready=$(realpath "$root/../../..")
  [[ $(cut -d' ' -f2 "$ready/release") == "$arch" ]] || fail "this was made for $(cut -d' ' -f2 "$ready/release"), and the machine is $arch: make it with \`npm run pack:station -- --arch $arch\`"
fi
free_kb=$(df --output=avail -k "$(dirname "$prefix")" 2>/dev/null | tail -n 1 || echo)
if ! $dry_run && [[ -n $free_kb && $free_kb -lt 900000 ]]; then
  fail "there are $((free_kb / 1000)) MB free in $(dirname "$prefix"), and a version takes up to 900 MB while it is put there: make room, or use a larger memory card"
fi
[[ -z $node || -e $node ]] || fail "there is no $node"

# A fresh checkout, built by its owner with the station's Node.js: Debian's is too old for it.
build_checkout() {
  say '  the checkout is built first, which takes some minutes'
  local owner by
  owner=$(stat -c %U "$root")
  by=(runuser -u "$owner" -- env "HOME=$(getent passwd "$owner" | cut -d: -f6)" "PATH=$staged/runtime/bin:$PATH"
    "$staged/runtime/bin/node" "$staged/runtime/npm/bin/npm-cli.js" --prefix "$root")
  run fetch_runtime "$staged" "$arch" "$node"
  run "${by[@]}" ci --no-fund --no-audit --loglevel=error
  run "${by[@]}" run build
}

# shellcheck disable=SC2016 # The backquotes are for the reader.
step '1. Node.js and npm' 'Without a network, use the file that `npm run pack:station` makes on another machine: it brings everything.'
# What was there before this, for comparison and to go back to.
if [[ ! -e $prefix/current && -d $prefix/node_modules/@offline-charging ]]; then
  # 0.1.0 had its programs in the prefix itself.
  previous=$prefix/releases/0.1.0
  run install -d "$previous/runtime/bin"
  run ln -sfn ../../node_modules "$previous/node_modules"
  run ln -sfn "$(readlink -f "$prefix/bin/node")" "$previous/runtime/bin/node"
else
  previous=$(readlink -f "$prefix/current" 2>/dev/null || true)
  [[ -d $previous ]] || previous=
fi
npm=(npm)
if [[ -n $ready ]]; then say '  are brought along'
elif [[ -n $node ]]; then say "  come from $node"
elif [[ -x $prefix/bin/npm ]] && "$prefix/bin/npm" --version >/dev/null 2>&1; then say "  are the station's own"; npm=("$prefix/bin/npm")
elif command -v npm >/dev/null; then say '  are there'; else
  say "  Debian's are fetched; --node FILE or the file from \`npm run pack:station\` would save that"
  run apt-get update
  run apt-get install -y --no-install-recommends nodejs npm
fi

step '2. User and permissions'
for group in gpio i2c spi dialout input; do
  getent group "$group" >/dev/null || run groupadd --system "$group"
done
if ! getent passwd "$user" >/dev/null; then
  run useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
fi
run usermod --append --groups gpio,i2c,spi,dialout,input "$user"

step '3. Programs' 'What ran before still runs. The network and the memory card must do; then run this again.'
# As npm linked it: where the program lies inside the package is each version's own affair, also of one that is gone back to.
cli() { printf '%s' "$1/node_modules/.bin/offline-charging"; }
release=$prefix/releases/$(own_version)-$(date -u +%Y%m%dT%H%M%SZ)-$$
staged=$prefix/releases/.new
already=false
if [[ -n $ready && $ready == "$previous" ]]; then say '  are in their place'; release=$previous; already=true; else
  run rm -rf "$staged"
  run install -d "$prefix" "$prefix/bin" "$prefix/releases"
  # What `offline-charging update` unpacked lies beside it already: a card is slow, and wears out.
  if [[ $ready == "$prefix"/releases/.update-* ]]; then
    run mv "$ready" "$staged"
    here=$release/node_modules/@offline-charging/node-red/dist/hardware/raspberry-pi
    root=$release/node_modules/@offline-charging/node-red
  elif [[ -n $ready ]]; then run cp -a --no-preserve=ownership "$ready" "$staged"; else
    run install -d "$staged"
    if [[ -z $package && ! -d $root/dist/flows ]]; then build_checkout; fi
    build_programs "$staged" "$arch" "$package" "$node"
  fi
  $dry_run || sync -f "$staged"
  run mv -T "$staged" "$release"
fi
put 0755 "$prefix/bin/npm" <<TEXT
#!/bin/sh
# npm by the station's Node.js, whose headers lie beside it.
export PATH="$prefix/bin:\$PATH" npm_config_nodedir=$prefix/current/runtime/headers
exec $prefix/bin/node $prefix/current/runtime/npm/bin/npm-cli.js "\$@"
TEXT

if ! $dry_run && ! $already; then
  "$release/runtime/bin/node" "$(cli "$release")" --help >/dev/null ||
    { run rm -rf "$release"; fail "the new version does not run on this machine, and nothing was changed. Was it made for another processor, or is the memory card failing?"; }
fi
step '4. Settings'
if [[ -f $settings ]]; then say "  $settings is kept"; else put 0644 "$settings" <"$here/station.env"; fi
# The last is for simulated lines: the guard may write there and nowhere else.
run install -d -m 0700 -o "$user" -g "$user" "$state" "$state/charger" "$state/pins"
if [[ -n $station_file ]]; then
  run install -m 0600 -o "$user" -g "$user" "$station_file" "$state/charger/station.json"
fi
# The package reads the pins, as guard, charger and doctor do; this script never does. Asked before anything is restarted.
reader=("$release/runtime/bin/node" "$(cli "$release")") said=$settings held=
if $dry_run; then
  reader=(node "$root/dist/flows/launcher/cli.js")
  [[ -f $said ]] || said=$here/station.env
fi
if ! $dry_run || { command -v node >/dev/null && [[ -d $root/dist/flows ]]; }; then
  held=$("${reader[@]}" pins --config-txt --env "$said") || fail "mend the pins in $said and run this again; no service was restarted"
fi

step '5. Boot settings'
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

step '6. Services' "The station may stand still now: \`journalctl -u offline-charging-charger -u offline-charging-guard\` says why."
services='offline-charging-guard.service offline-charging-charger.service'
# Lets the charger have the clock set, and nobody else. An earlier version, gone back to, has no such units.
clock_socket=offline-charging-clock.socket
clock_units="$clock_socket offline-charging-clock@.service"
# Not so in a chroot, where images are made: there they start with the first boot.
booted=$($dry_run || [[ -d /run/systemd/system ]] && echo true || echo false)
has_key=$([[ -f $state/charger/station.json || -n $station_file ]] && echo true || echo false)
runs=$($start && $booted && $has_key && echo true || echo false)

# What the doctor of the version that runs finds wrong is no fault of the new one.
known=$state/doctor-before-update.json
if ! $dry_run; then
  rm -f "$known"
  if [[ -x $prefix/bin/offline-charging ]]; then
    "$prefix/bin/offline-charging" doctor --json >"$known" 2>/dev/null || [[ -s $known ]] || rm -f "$known"
  fi
fi
# use RELEASE: from one moment to the next everything that starts is of that version.
use() {
  run ln -sfn "releases/$(basename "$1")" "$prefix/current.new"
  run mv -T "$prefix/current.new" "$prefix/current"
  if ! $dry_run; then
    # The first of these had its Node.js elsewhere.
    ln -sfn ../current/runtime/bin/node "$prefix/bin/node.new"
    mv -T "$prefix/bin/node.new" "$prefix/bin/node"
    local from=$1/node_modules/@offline-charging/node-red/dist/hardware/raspberry-pi
    for unit in $services $clock_units; do
      if [[ -f $from/$unit ]]; then put 0644 "$units/$unit" <"$from/$unit"; fi
    done
    sync
  else
    for unit in $services $clock_units; do put 0644 "$units/$unit" <"$here/$unit"; done
  fi
  put 0755 "$prefix/bin/offline-charging" <<TEXT
#!/bin/sh
exec $prefix/bin/node $(cli "$prefix/current") "\$@"
TEXT
  if $booted; then run systemctl daemon-reload; fi
  if $runs && { $dry_run || [[ -f $units/$clock_socket ]]; }; then run systemctl restart "$clock_socket"; fi
  # shellcheck disable=SC2086
  if $runs; then run systemctl restart $services; fi
}
setting() { sed -n "s/^ *$1 *= *//p" "$settings" | tail -n 1 | tr -d "\"' \r"; }
services_run() {
  local unit
  for unit in $services; do
    systemctl is-active --quiet "$unit" || { say "  $unit does not run"; return 1; }
    [[ $(systemctl show "$unit" --property=NRestarts --value) == 0 ]] || { say "  $unit has ended and was started again"; return 1; }
  done
}
# A charger may run without its flow, as when its nodes did not load: the panel is then not there.
shows_panel() {
  PANEL_COMPOSITOR=true CHARGER_PORT=$(setting CHARGER_PORT) HOST=$(setting HOST) RUNTIME_DIRECTORY=/run/offline-charging-check \
    timeout 10 bash "$release/node_modules/@offline-charging/node-red/dist/hardware/raspberry-pi/panel.sh"
}
# healthy: they run, and the doctor finds nothing wrong that was not wrong before.
healthy() {
  if $runs; then
    # A program that ends at once is seen to: systemd has started it again by then.
    sleep 5
    # A good version on a slow machine is not taken back for being slow; one that ends is, as soon as it does.
    local end=$((SECONDS + 300))
    until shows_panel; do
      services_run || return 1
      ((SECONDS < end)) || { say '  the charger does not show its panel'; return 1; }
    done
    services_run || return 1
  fi
  local since=()
  if [[ -f $known ]]; then since=(--since "$known"); fi
  "$prefix/bin/offline-charging" doctor "${since[@]}"
}

use "$release"
run ln -sfn "$prefix/bin/offline-charging" /usr/local/bin/offline-charging
# shellcheck disable=SC2086
run systemctl enable --quiet $services "$clock_socket"
if ! $has_key; then
  say '  the station has no key yet: run this again with --station FILE'
elif ! $runs; then
  say '  they start when the machine does'
fi

step '7. Doctor' 'Ask it again: sudo offline-charging doctor'
if $dry_run; then say "  would run: $prefix/bin/offline-charging doctor"
elif healthy; then :
elif [[ -z $previous || $previous == "$release" ]]; then say 'The station is set up; what the doctor found wrong is above.'
elif $keep; then say "The new version is kept, as asked; what the doctor found wrong is above."
else
  say "The new version is not well: back to $(basename "$previous")"
  use "$previous"
  rm -rf "$release" "$known"
  fail "the station runs what it ran before; its journal, settings and key were not touched. What was found is above. To keep the new version all the same: --keep"
fi
# The version before this one stays, to go back to by hand.
if ! $dry_run; then
  rm -f "$known"
  for old in "$prefix"/releases/*; do
    [[ $old == "$release" || $old == "$previous" ]] || rm -rf "$old"
  done
  # Where 0.1.0 had its programs.
  [[ -d $prefix/releases/0.1.0 ]] || rm -rf "$prefix/node_modules" "$prefix/runtime" "$prefix/package.json" "$prefix/package-lock.json" "$prefix/offline-charging.tgz"
fi

step '8. Panel on the screen' 'The station itself runs. The packages of Debian need the network once: connect it, and run this again with --panel.'
panel_unit=offline-charging-panel.service
if [[ $panel == keep && -f $units/$panel_unit ]]; then panel=on; fi
case $panel in
  keep) say '  not asked for (--panel)' ;;
  off)
    if $booted; then run systemctl disable --now "$panel_unit"; else run systemctl disable "$panel_unit"; fi
    run rm -f "$units/$panel_unit" /etc/chromium/policies/managed/offline-charging.json
    ;;
  on)
    if ! { command -v cage && command -v chromium; } >/dev/null; then
      run apt-get update
      run apt-get install -y --no-install-recommends cage chromium fonts-dejavu-core fonts-wqy-zenhei libpam-systemd
    fi
    if ! getent passwd offline-charging-panel >/dev/null; then
      run useradd --system --user-group --home-dir /run/offline-charging-panel --no-create-home --shell /usr/sbin/nologin offline-charging-panel
    fi
    for group in video render input; do
      getent group "$group" >/dev/null || run groupadd --system "$group"
    done
    # The station's pages and no other, whatever is pressed.
    put 0644 /etc/chromium/policies/managed/offline-charging.json <"$here/panel-policy.json"
    put 0644 "$units/$panel_unit" <"$here/$panel_unit"
    if $booted; then run systemctl daemon-reload; fi
    run systemctl enable --quiet "$panel_unit"
    if $runs; then run systemctl restart "$panel_unit"; else say '  it starts when the machine does'; fi
    ;;
esac
