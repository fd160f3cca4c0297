#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test project, adds the results up.
#   infra/test.sh [PROJECT…]      e.g. infra/test.sh CodexCloudIde.Text.Tests
# The last line is "N passed, N failed, N skipped"; the exit status is 0 only if something ran and nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=infra/requirements.sh
. infra/requirements.sh

require_dotnet
# shellcheck disable=SC2046 # package names, one word each
install_missing $(missing_to_run; missing_to_test)
[ "$(id -u)" = 0 ] || stop "The tests start real sandboxes (namespaces, cgroups), which needs root:  sudo env \"PATH=\$PATH\" infra/test.sh"

projects=("$@")
if [ ${#projects[@]} -eq 0 ]; then
  # Leaves first, the browser last: what is cheapest to understand fails first.
  projects=(CodexCloudIde.Text.Tests CodexCloudIde.Inference.Tests CodexCloudIde.Repair.Tests CodexCloudIde.Sandboxing.Tests
    CodexCloudIde.Tests CodexCloudIde.EndToEnd)
fi

say "Building …"
dotnet build CodexCloudIde.sln -c Release -v q -nologo -clp:ErrorsOnly

results=$PWD/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 skipped=0
red=()

# count REPORT ATTRIBUTE: the sum over the report's assemblies.
count() { { grep -o '<assembly [^>]*' "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*' || echo 0; } | awk '{ n += $1 } END { print n + 0 }'; }

# The product's own tests start whole servers: one process for each folder keeps them out of each other's way.
runs=()
for project in "${projects[@]}"; do
  if [ "$project" = CodexCloudIde.Tests ]; then
    runs+=("$project --filter-class CodexCloudIde.Tests.HouseTests")
    for folder in tests/CodexCloudIde.Tests/*/; do
      folder=$(basename "$folder")
      compgen -G "tests/CodexCloudIde.Tests/$folder/*Tests.cs" >/dev/null && runs+=("$project --filter-namespace CodexCloudIde.Tests.$folder")
    done
  else
    runs+=("$project")
  fi
done

for run in "${runs[@]}"; do
  read -r project option selected <<<"$run"
  name=${selected:-$project}
  report=$results/$name.xml
  say "== $name"
  begun=$SECONDS
  status=0
  # A hanging project is ended and counted as failed, so that the others still get their turn.
  timeout --signal=INT --kill-after=30 "${TEST_TIMEOUT:-1500}" \
    dotnet "tests/$project/bin/Release/net10.0/$project.dll" \
    --no-ansi --progress off --results-directory "$results" --report-xunit-xml --report-xunit-xml-filename "$name.xml" ${option:+"$option" "$selected"} </dev/null || status=$?
  if [ ! -s "$report" ]; then
    say "!! $name left no report (exit status $status)"
    red+=("$name left no report")
    failed=$((failed + 1))
    continue
  fi
  p=$(count "$report" passed) f=$(($(count "$report" failed) + $(count "$report" errors))) s=$(count "$report" skipped)
  if [ $((p + f)) -eq 0 ]; then
    say "!! $name ran no test"
    f=$((f + 1))
  elif [ "$status" != 0 ] && [ "$f" = 0 ]; then
    say "!! $name ended with status $status although no test failed"
    f=1
  fi
  # The end of a long output is what is seen of it: the names of what failed are told there once more.
  mapfile -t -O ${#red[@]} red < <(grep -o '<test [^>]*result="Fail"' "$report" | grep -o ' name="[^"]*"' | cut -d'"' -f2)
  say "== $name: $p passed, $f failed, $s skipped in $((SECONDS - begun)) s"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

for name in "${red[@]}"; do say "failed: $name"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
