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

# shellcheck source=infra/publish.sh
. infra/publish.sh
publish

# The packages of the C# template, once, beside the start: its tests run without a network then. Where NuGet cannot be reached they say what is missing.
fill_caches() {
  local cache=$data/caches/nuget copy
  [ ! -e "$cache" ] || return 0
  copy=$(mktemp -d)
  cp -R "$root/src/CodexCloudIde/Workspaces/Templates/csharp/." "$copy"
  mkdir -p "$data/caches"
  if nice dotnet restore "$copy/tests/WordCount.Tests" --packages "$cache.new" -v q -nologo -p:NuGetAudit=false >/dev/null 2>&1; then
    mv "$cache.new" "$cache"
  fi
  rm -rf "$copy" "$cache.new"
}

mkdir -p "$data"
(fill_caches &)
say "Codex Cloud IDE: $urls   (files and databases: $data; stop with Ctrl+C)"
cd "$app"
exec dotnet CodexCloudIde.dll --urls "$urls" "--Ide:DataDirectory=$data" "${rest[@]}"
