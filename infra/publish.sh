# Sourced by run.sh, called by the benchmarks: the program as it is shipped, in artifacts/app. Publishing takes a while even when there is nothing to do, so
# it is skipped when no source is newer than its result. Expects the repository's root as the current folder.

app=$PWD/artifacts/app
stamp=$app/.published

published() {
  [ -e "$stamp" ] && [ -z "$(find src wwwroot ./*.props global.json \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name tokens.css \) -prune -o -newer "$stamp" -print -quit)" ]
}

publish() {
  published && return 0
  printf '%s\n' "Building (the first time takes a minute or two) …" >&2
  local log begun
  log=$(mktemp)
  begun=$(mktemp)
  if ! dotnet publish src/CodexCloudIde -c Release -o "$app" -v q -nologo -p:RunAnalyzers=false >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log" "$begun"
    printf '%s\n' "The build failed; the lines above say where." >&2
    exit 1
  fi
  # What is changed while it builds is not in it.
  touch -r "$begun" "$stamp"
  rm -f "$log" "$begun"
}
