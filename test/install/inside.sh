# shellcheck shell=bash
# Runs inside the chroot: what docs/deploying-a-station.md says, by one of its ways, and then a whole charge.
set -euo pipefail
way=$1
say() { printf '== %s\n' "$*"; }
ensure() { say "$1"; shift; "$@" || { echo "NOT SO: $*" >&2; exit 1; }; }
node=/opt/offline-charging/bin/node
charge() { "$node" /root/charge.mjs "$@"; }
release() { cut -d' ' -f1 /opt/offline-charging/current/release; }
refused() { if "$@"; then echo 'it was not refused' >&2; return 1; fi; }

# A station to try: no pins here. The installer keeps a station.env that is there.
install -d /etc/offline-charging
sed 's/^GPIO_DRIVER=.*/GPIO_DRIVER=simulated/; s/^RELAY_LINE=.*/RELAY_LINE=relay/; s/^VEHICLE_LINE=.*/VEHICLE_LINE=vehicle/' \
  /root/station.env >/etc/offline-charging/station.env
cd /root

case $way in
  file)
    tar -xzf offline-charging-station.tar.gz
    bash offline-charging-station-*/install.sh --station station.json
    rm -r ./offline-charging-station-*/
    ;;
  package)
    tar -xzf package.tgz
    ./package/dist/hardware/raspberry-pi/install.sh --station station.json
    ;;
  node)
    tar -xzf package.tgz
    ./package/dist/hardware/raspberry-pi/install.sh --node node.tar.gz --station station.json
    ensure 'no npm of Debian was needed' refused command -v npm
    ;;
  checkout)
    # As whoever cloned it has it, who is not root.
    useradd --create-home pi
    mv checkout /home/pi/
    chown -R pi: /home/pi/checkout
    /home/pi/checkout/hardware/raspberry-pi/install.sh --station station.json
    ensure 'what was built is the owner'"'"'s' test -z "$(find /home/pi ! -user pi -print -quit)"
    ;;
esac
ensure 'the doctor runs, and says so in both languages' bash -c 'offline-charging doctor --language zh-CN | grep -q .'
ensure 'a code closes the relay, unplugging opens it' charge accepted "$CODE"

if [[ $way == file ]]; then
  first=$(readlink /opt/offline-charging/current)
  ensure 'a damaged file changes nothing' refused offline-charging update damaged.tar.gz
  ensure 'a version that does not run at all changes nothing' refused offline-charging update lame.tar.gz
  ensure 'a version whose charger ends is taken back' refused offline-charging update ending.tar.gz
  ensure 'a version whose doctor refuses is taken back' refused offline-charging update refusing.tar.gz
  ensure 'the first version runs' test "$(readlink /opt/offline-charging/current)" = "$first"
  ensure 'the code is used, after all that' charge used "$CODE"
  ensure 'one file from a stick brings the new version' offline-charging update newer.tar.gz
  ensure 'it is the new one' test "$(release)" = 0.1.99
  ensure 'the code is used there too: the journal is the same' charge used "$CODE"
  ensure 'a new code charges' charge accepted "$NEXT_CODE"
  ensure 'nothing is left of what was unpacked' test "$(find /opt/offline-charging/releases -mindepth 1 -maxdepth 1 -name '.*' | wc -l)" = 0
fi
say 'all done'
