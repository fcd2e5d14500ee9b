#!/bin/bash
# In the guest: chips up, then every part that was asked for. Root here is root of nothing but this guest.
set -euo pipefail
rig=test/gpio-rig
cp "$EPOLL" node_modules/epoll/build/Release/epoll.node
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
$rig/gpio-sim.sh up
export PATH=$(dirname "$NODE"):$PATH
[ $# -gt 0 ] || set -- drivers guard expanders charger unplugged
failed=0
for part in "$@"; do
  # Node takes the types out by WebAssembly. Optimized while it runs, that jumps into empty pages now and then (one start in
  # ten) on this emulated processor, before a line of this project's is read.
  "$NODE" --no-wasm-tier-up $rig/$part.ts || failed=1
  # What was killed while it used sysfs has left its lines exported, and the char device would find them busy.
  for line in /sys/class/gpio/gpio[0-9]*; do [ ! -e "$line" ] || echo "${line##*gpio}" > /sys/class/gpio/unexport; done
done
exit $failed
