# Built by the SDK's own image, run on Debian. The container needs the rights to make sandboxes (namespaces, control groups, mounts):
#   docker build -t codex-cloud-ide . && docker run --privileged -p 5080:5080 -v codex:/data codex-cloud-ide
# infra/compose.yaml does the same with Redis and PostgreSQL beside it.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends nodejs npm \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN dotnet publish src/CodexCloudIde -c Release -o /app -v q -nologo -p:RunAnalyzers=false

FROM debian:trixie-slim
# What the product runs, and what the projects inside its sandboxes find: Python with pytest and coverage, Node.js, git.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates git libicu76 nodejs npm python3 python3-coverage python3-pytest runc tini \
  && rm -rf /var/lib/apt/lists/*
# The whole SDK, not only the runtime, so that C# workspaces can be built and tested.
COPY --from=build /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
COPY --from=build /app /app
WORKDIR /app
ENV ASPNETCORE_URLS=http://0.0.0.0:5080 \
  Ide__DataDirectory=/data \
  DOTNET_CLI_TELEMETRY_OPTOUT=1 \
  DOTNET_NOLOGO=1
VOLUME /data
EXPOSE 5080
# An init of its own reaps what sandboxes leave to process 1; it passes SIGTERM on, which stops the server cleanly.
ENTRYPOINT ["/usr/bin/tini", "--", "dotnet", "CodexCloudIde.dll"]
