#!/usr/bin/env bash
# Shows the charger's panel on the screen, and nothing else. Run by offline-charging-panel.service, as its user.
set -euo pipefail

host=${HOST:-127.0.0.1}
# Listening on all addresses means on this one too.
case $host in 0.0.0.0 | :: | localhost) host=127.0.0.1 ;; esac
port=${CHARGER_PORT:-1881}
[[ $host == *:* ]] && address="[$host]" || address=$host
page=http://$address:$port/dashboard/

# The charger answers 200 once its flow runs: a browser that came before it would keep showing an error.
ready() {
  local status
  exec 3<>"/dev/tcp/$host/$port" || return 1
  printf 'GET /dashboard/ HTTP/1.0\r\nHost: %s:%s\r\n\r\n' "$address" "$port" >&3
  read -r -t 5 _ status _ <&3 || status=
  exec 3>&-
  [[ $status == 200 ]]
} 2>/dev/null
until ready; do sleep 1; done

profile=${RUNTIME_DIRECTORY:-$HOME}/chromium
mkdir -p "$profile"
# shellcheck disable=SC2054 # The commas belong to a browser's option.
options=(
  --kiosk "--app=$page" "--user-data-dir=$profile" "--lang=${PANEL_LANGUAGE:-en-US}"
  --ozone-platform=wayland --enable-features=OverlayScrollbar
  # No bubbles: neither to translate, nor about a crash, a first run, a password or a browser that is not the default one.
  --disable-features=Translate,TranslateUI,MediaRouter --no-first-run --no-default-browser-check --noerrdialogs
  --disable-session-crashed-bubble --hide-crash-restore-bubble --disable-infobars --password-store=basic
  # Nothing is looked for on a network.
  --disable-component-update --disable-background-networking --disable-sync --disable-domain-reliability --no-pings
  --disable-breakpad --disable-default-apps --disable-extensions
  # A finger presses keys; it neither zooms nor leaves the page.
  --touch-events=enabled --disable-pinch --overscroll-history-navigation=0 --autoplay-policy=no-user-gesture-required
)
exec "${PANEL_COMPOSITOR:-cage}" -d -- "${PANEL_BROWSER:-chromium}" "${options[@]}"
