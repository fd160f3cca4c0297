#!/usr/bin/env bash
# Drops and recreates the migration "Initial" for SQLite and PostgreSQL from the model. Only until the first release: from then on migrations are added.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

dotnet tool restore >/dev/null
rm -rf src/CodexCloudIde/Storage/Migrations
dotnet build src/CodexCloudIde -v q -nologo -clp:ErrorsOnly -p:RunAnalyzers=false
for provider in Sqlite Postgres; do
  dotnet ef migrations add Initial --no-build --project src/CodexCloudIde --context "${provider}IdeContext" \
    --output-dir "Storage/Migrations/$provider" >/dev/null
done
# The same model gives the same files: without this the time in the names would make a change of every run.
for file in src/CodexCloudIde/Storage/Migrations/*/[0-9]*_Initial*; do
  stamp=$(basename "$file" | cut -d_ -f1)
  sed -i "s/\"${stamp}_Initial\"/\"20260101000000_Initial\"/" "$file"
  mv "$file" "$(dirname "$file")/20260101000000_$(basename "$file" | cut -d_ -f2-)"
done
ls src/CodexCloudIde/Storage/Migrations/*
