#!/bin/bash
# npm run test:gpio [-- PART...]: boots a real Linux kernel with simulated GPIO chips and runs this project's drivers, guard
# and charger in it. Parts: drivers guard expanders charger unplugged (all of them without a word).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
rig=test/gpio-rig

missing=()
for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio xz:xz-utils gcc:gcc make:make gpiodetect:gpiod; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "gpio-rig: install first: apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 2
fi

vm=$($rig/setup.sh)
epoll=$($rig/build-epoll.sh)
exec $rig/run-guest.sh "$vm" env "NODE=$(node -p process.execPath)" "EPOLL=$epoll" "OUTSIDE_MS=$(node $rig/speed.ts)" bash $rig/in-guest.sh "$@"
