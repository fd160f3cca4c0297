using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Audit;

public sealed class AuditTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Append_ManyAtOnce_MakesOneDenseChainPerTenant()
    {
        var log = host.Services.GetRequiredService<AuditLog>();
        var tenant = TenantId.New();
        var sequences = await Task.WhenAll(Enumerable.Range(0, 200).Select(index => log.AppendAsync(
            new AuditRecord(tenant, Actor.System, "test.ran", $"workspace/w{index}", "succeeded", new() { ["index"] = index, ["text"] = "\"é\u2028\n" }), Cancellation)));
        Assert.Equal(Enumerable.Range(1, 200).Select(sequence => (long)sequence), sequences.Order());
        var lines = new List<string>();
        await foreach (var line in host.Services.GetRequiredService<AuditStore>().ReadAsync(tenant.ToString(), 200, Cancellation)) lines.Add(line);
        // No export: the only thing missing is the closing entry.
        Assert.Equal(new Verdict(200, "Entry 201 is missing: an export ends with the entry 'audit.exported', this file was cut after entry 200."), AuditVerifier.Verify(lines, null, null));
    }

    [Fact]
    public async Task Verify_Export_HoldsAndNamesTheFirstBadEntryOfEachForgery()
    {
        using var folder = new TempFolder();
        await host.Services.GetRequiredService<AuditLog>().AppendAsync(new AuditRecord(host.Owner.Tenant, Actor.System, "one", "x", "ok"), Cancellation);
        await host.Services.GetRequiredService<AuditLog>().AppendAsync(new AuditRecord(host.Owner.Tenant, Actor.System, "two", "x", "ok"), Cancellation);
        await File.WriteAllTextAsync(folder.Of("keys"), await host.Client.GetStringAsync("/api/v1/audit/keys", Cancellation), Cancellation);
        await File.WriteAllTextAsync(folder.Of("export"), await host.Client.GetStringAsync("/api/v1/audit/export", Cancellation), Cancellation);
        await File.WriteAllTextAsync(folder.Of("head"), await host.Client.GetStringAsync("/api/v1/audit/head", Cancellation), Cancellation);
        var lines = await File.ReadAllLinesAsync(folder.Of("export"), Cancellation);

        Assert.Equal((0, $"{lines.Length} entries, unbroken."), await VerifyAsync(folder.Of("export"), "--head", folder.Of("head"), "--key", folder.Of("keys")));
        Assert.Equal((0, $"{lines.Length} entries, unbroken."), await VerifyAsync(folder.Of("export")));
        Assert.Equal((1, "Entry 2: it was changed (its hash is another)."), await ForgedAsync(copy => copy[1] = copy[1].Replace("\"result\":\"", "\"result\":\"not ", StringComparison.Ordinal)));
        Assert.Equal((1, "Entry 2 is missing: entry 3 stands in its place."), await ForgedAsync(copy => (copy[1], copy[2]) = (copy[2], copy[1])));
        Assert.Equal((1, "Entry 2 is missing: entry 3 stands in its place."), await ForgedAsync(copy => copy.RemoveAt(1)));
        Assert.Equal((1, "Entry 1 is missing: entry 2 stands in its place."), await ForgedAsync(copy => copy.RemoveAt(0)));
        Assert.Equal((1, $"Entry {lines.Length} is missing: an export ends with the entry 'audit.exported', this file was cut after entry {lines.Length - 1}."),
            await ForgedAsync(copy => copy.RemoveAt(copy.Count - 1)));
        Assert.Equal((1, $"Entry {lines.Length} is missing: the head is of entry {lines.Length}, the file ends with {lines.Length - 1}."),
            await ForgedAsync(copy => copy.RemoveAt(copy.Count - 1), "--head", folder.Of("head")));
        Assert.Equal((1, "Entry 2: it does not follow the entry before it (previousHash)."), await ForgedAsync(copy => copy[0] = Rehashed(copy[0])));
        var head = await File.ReadAllTextAsync(folder.Of("head"), Cancellation);
        await File.WriteAllTextAsync(folder.Of("head"), head.Replace("\"sequence\":", "\"sequence\":1", StringComparison.Ordinal), Cancellation);
        Assert.Equal((1, "The head's signature does not belong to this key."), await VerifyAsync(folder.Of("export"), "--head", folder.Of("head"), "--key", folder.Of("keys")));

        async Task<(int, string)> ForgedAsync(Action<List<string>> forge, params string[] further)
        {
            var copy = lines.ToList();
            forge(copy);
            await File.WriteAllLinesAsync(folder.Of("forged"), copy, Cancellation);
            return await VerifyAsync([folder.Of("forged"), .. further]);
        }
    }

    [Fact]
    public async Task Query_FiltersAndPages_NewestFirst()
    {
        var log = host.Services.GetRequiredService<AuditLog>();
        for (var index = 0; index < 5; index++)
            await log.AppendAsync(new AuditRecord(host.Owner.Tenant, Actor.Of(host.Owner), "paged.entry", $"workspace/abc/file{index}", "succeeded"), Cancellation);
        var first = await host.Client.GetFromJsonAsync<JsonElement>("/api/v1/audit?type=paged&workspace=abc&limit=3", Cancellation);
        var second = await host.Client.GetFromJsonAsync<JsonElement>($"/api/v1/audit?type=paged.entry&limit=3&cursor={first.GetProperty("nextCursor").GetString()}", Cancellation);
        string?[] targets = [.. first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(entry => entry.GetProperty("target").GetString())];
        Assert.Equal(["workspace/abc/file4", "workspace/abc/file3", "workspace/abc/file2", "workspace/abc/file1", "workspace/abc/file0"], targets);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        var none = await host.Client.GetFromJsonAsync<JsonElement>("/api/v1/audit?type=paged&from=2100-01-01T00:00:00Z", Cancellation);
        Assert.Equal(0, none.GetProperty("items").GetArrayLength());
        Assert.DoesNotContain("paged.entry", await host.OtherClient.GetStringAsync("/api/v1/audit", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_NotAnOwner_Is403()
    {
        var (token, _) = await host.AddMemberAsync("developer@example.com", Role.Developer);
        using var client = host.ClientOf(token);
        using var answer = await client.GetAsync("/api/v1/audit/export", Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var system = await host.OtherClient.GetAsync("/api/v1/audit?chain=system", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, system.StatusCode);
    }

    [Fact]
    public async Task Page_ShowsWhoWhatResult_WithUntrustedTextEscaped()
    {
        await host.Services.GetRequiredService<AuditLog>().AppendAsync(
            new AuditRecord(host.Owner.Tenant, new Actor("u1", "<script>alert(1)</script>", "user"), "page.seen", "workspace/w", "denied"), Cancellation);
        using var browser = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        var html = await browser.Client.GetStringAsync("/audit?type=page", Cancellation);
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
        Assert.Contains("denied", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfTheSystemsChain_IsForOperatorsOnly()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var account = (await scope.ServiceProvider.GetRequiredService<Accounts>().CreateAsync("elsewhere@example.com", IdeHost.OwnerPassword, null, isOperator: false)).Value!;
        await scope.ServiceProvider.GetRequiredService<Memberships>().SetAsync(host.Other.Tenant, account.UserId, Role.Owner, Cancellation);
        using var browser = await Browser.SignedInAsync(host.Address, "elsewhere@example.com", IdeHost.OwnerPassword);
        using var own = await browser.Client.GetAsync("/audit", Cancellation);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var system = await browser.Client.GetAsync("/audit?chain=system", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, system.StatusCode);
        await host.Services.GetRequiredService<AuditLog>().AppendAsync(new AuditRecord(null, Actor.System, "system.seen", "installation", "succeeded"), Cancellation);
        using var operators = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        Assert.Contains("system.seen", await operators.Client.GetStringAsync("/audit?chain=system", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void KeyFile_IsReadableByItsOwnerOnly() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Made(Path.Combine(host.Data, "keys", "audit.pem"))));

    [Fact]
    public void Key_NextStart_IsTheSame()
    {
        using var folder = new TempFolder();
        var data = new DataDirectory(folder.Path);
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ =>
        {
            using var keys = new AuditKeys(data);
            return keys.KeyId;
        })];
        Assert.Single(ids.Distinct());
        Assert.Equal(["audit.pem"], Directory.GetFiles(Path.Combine(folder.Path, "keys")).Select(Path.GetFileName));
    }

    private string Made(string file)
    {
        Assert.Equal(16, host.Services.GetRequiredService<AuditKeys>().KeyId.Length);
        return file;
    }

    private static string Rehashed(string line)
    {
        var entry = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        entry["target"] = "somewhere/else";
        entry["hash"] = AuditEntry.HashOf(JsonSerializer.SerializeToElement(entry));
        return entry.ToJsonString();
    }

    // As people run it: the real program.
    private static async Task<(int Status, string Said)> VerifyAsync(params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"), "audit", "verify", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(Cancellation) + await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, said.Trim());
    }
}
