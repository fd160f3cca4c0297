#!/usr/bin/env bash
# Installs what is missing, builds, starts, stays in the foreground; Ctrl+C stops it cleanly.
#   infra/run.sh [--urls http://127.0.0.1:5080] [--data DIR] [--Section:Key=value …]
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
# shellcheck source=infra/requirements.sh
. infra/requirements.sh

urls=http://127.0.0.1:5080
data=$root/data
rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --urls) urls=${2:?--urls needs an address}; shift 2 ;;
    --urls=*) urls=${1#*=}; shift ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --data=*) data=${1#*=}; shift ;;
    -h | --help) sed -n '2,3s/^# *//p' "$root/infra/run.sh"; exit 0 ;;
    *) rest+=("$1"); shift ;;
  esac
done
case $data in /*) ;; *) data=$here/$data ;; esac

require_dotnet
# shellcheck disable=SC2046 # package names, one word each
install_missing $(missing_to_run)
if [ "$(id -u)" != 0 ]; then
  say "Not root: the IDE starts, but sandboxes need root (namespaces, cgroups), so executions and terminals will be refused; /readyz says what is missing."
  say "For everything:  sudo env \"PATH=\$PATH\" infra/run.sh"
fi

# Publishing takes a while even when there is nothing to do, so it is skipped when no source is newer than its result.
app=$root/artifacts/app
stamp=$app/.published
changed() {
  [ -e "$stamp" ] || return 0
  [ -n "$(find src wwwroot ./*.props global.json \( -name bin -o -name obj -o -name node_modules -o -name dist \) -prune -o -newer "$stamp" -print -quit)" ]
}
if changed; then
  say "Building (the first time takes a minute or two) …"
  log=$(mktemp)
  if ! dotnet publish src/CodexCloudIde -c Release -o "$app" -v q -nologo -p:RunAnalyzers=false >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    stop "The build failed; the lines above say where."
  fi
  rm -f "$log"
  touch "$stamp"
fi

mkdir -p "$data"
say "Codex Cloud IDE: $urls   (files and databases: $data; stop with Ctrl+C)"
cd "$app"
exec dotnet CodexCloudIde.dll --urls "$urls" "--Ide:DataDirectory=$data" "${rest[@]}"
