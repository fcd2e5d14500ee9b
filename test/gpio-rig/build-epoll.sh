#!/bin/bash
# Prints where epoll.node, which onoff needs, is built for the node on the path. npm may have built the one in
# node_modules for the older node that runs npm itself; in the guest it is laid over that one, in memory only.
set -euo pipefail
root=${GPIO_RIG:-$HOME/.cache/gpio-rig}; version=$(node -p process.versions.node); d=$root/epoll-$version
built=$d/node_modules/epoll/build/Release/epoll.node
if [ ! -e "$built" ]; then
  echo "gpio-rig: building epoll for node $version" >&2
  mkdir -p "$d/headers"
  [ -e "$d/package.json" ] || echo '{"private":true}' > "$d/package.json"
  [ -e "$d/headers/package.json" ] || echo '{"private":true}' > "$d/headers/package.json"
  npm install --silent --prefix "$d/headers" "node-linux-$(node -p process.arch)@$version" >&2
  npm_config_nodedir=$(echo "$d"/headers/node_modules/node-linux-*) npm install --silent --foreground-scripts --prefix "$d" \
    "epoll@$(node -p "require('./node_modules/epoll/package.json').version")" >&2
fi
echo "$built"
