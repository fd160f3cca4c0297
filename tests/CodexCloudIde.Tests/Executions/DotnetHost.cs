using System.Diagnostics;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>A host with a NuGet cache, restored once as an operator would: by a project that names what people's projects use.</summary>
public sealed class DotnetHost : IAsyncLifetime
{
    public const string TestSdk = "18.0.1";

    public const string Xunit = """<PackageReference Include="xunit" Version="2.9.3" /><PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" /><PackageReference Include="coverlet.collector" Version="6.0.4" />""";

    public const string NUnit = """<PackageReference Include="NUnit" Version="4.4.0" /><PackageReference Include="NUnit3TestAdapter" Version="5.2.0" />""";

    /// <summary>As the C# template names it.</summary>
    public const string Xunit3 = """<PackageReference Include="xunit.v3" Version="4.0.2" />""";

    private readonly TempFolder folder = new();

    internal IdeHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var project = Path.Combine(folder.Path, "Packages.csproj");
        await File.WriteAllTextAsync(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" Version="{TestSdk}" />{Xunit}{NUnit}</ItemGroup>
            </Project>
            """);
        // Two versions of xUnit are no friends in one project.
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "other")).FullName, "Packages.csproj");
        await File.WriteAllTextAsync(other, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup>{Xunit3}</ItemGroup>
            </Project>
            """);
        var cache = Path.Combine(folder.Path, "nuget");
        foreach (var needed in new[] { project, other }) await RestoreAsync(needed, cache);
        Host = await IdeHost.StartAsync($"--Ide:Sandbox:Caches:nuget={cache}");
    }

    private static async Task RestoreAsync(string project, string cache)
    {
        using var restore = Process.Start(new ProcessStartInfo("dotnet", ["restore", project, "--packages", cache, "-p:NuGetAudit=false"]) { RedirectStandardOutput = true })!;
        var printed = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        Assert.True(restore.ExitCode == 0, printed);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }
}
