# Sourced by run.sh and test.sh: finds what is missing on this machine and installs it with apt, or says what to install.
# Nothing here downloads anything but distribution packages.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
# Debian's own directories for administrators are missing from some users' PATH, and runc lives there.
export PATH="$PATH:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }

stop() { say "$*"; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

# The distribution's Python, which is what sandboxes see, whatever else the PATH holds.
python_has() { [ -x /usr/bin/python3 ] && /usr/bin/python3 -c "import $1" >/dev/null 2>&1; }

node_is_recent() { have node && [ "$(node -p 'parseInt(process.versions.node, 10)' 2>/dev/null || echo 0)" -ge 18 ]; }

# Debian packages that running the product needs and this machine lacks.
missing_to_run() {
  have runc || have crun || echo runc
  have git || echo git
  [ -x /usr/bin/python3 ] || echo python3
  python_has pytest || echo python3-pytest
  python_has coverage || echo python3-coverage
  # With it "python3 -m venv" and pip work in terminals and runs.
  python_has ensurepip || echo python3-venv
  node_is_recent || echo nodejs
  # Other builds of nodejs bring npm along; Debian's does not.
  have npm || echo npm
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

# Debian packages that only the tests need.
missing_to_test() {
  have redis-server || echo redis-server
  have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql
  [ -x /usr/bin/chromium ] || echo chromium
  have strace || echo strace
  [ -x /usr/bin/go ] || echo golang-go
  [ -x /usr/bin/cargo ] || echo cargo
}

require_dotnet() {
  have dotnet || stop "The .NET 10 SDK is not on the PATH. Install it (https://dotnet.microsoft.com/download) and run this again."
  dotnet --list-sdks | grep -q '^10\.' || stop "The .NET 10 SDK is needed; 'dotnet --list-sdks' shows: $(dotnet --list-sdks | tr '\n' ' ')"
}

# install_missing NAME…: all at once, quietly, without questions.
install_missing() {
  [ $# -gt 0 ] || return 0
  if ! have apt-get; then
    stop "Missing here: $* (Debian's package names). Install their equivalents with this system's package manager and run this again."
  fi
  if [ "$(id -u)" != 0 ]; then
    stop "Missing here: $*
Installing needs root. Run this once and start again:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
  fi
  say "Installing: $*"
  local log
  log=$(mktemp)
  if ! { apt-get update -q &&
         DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; } </dev/null >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    rm -f "$log"
    stop "apt-get could not install: $*. The lines above say why; when that is mended, run this again."
  fi
  rm -f "$log"
  node_is_recent || stop "Node.js 18 or newer is needed to build the browser's part; this system offers only $(node --version 2>/dev/null || echo none)."
}
