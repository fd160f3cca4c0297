using Microsoft.Playwright;

namespace CodexCloudIde.EndToEnd;

/// <summary>The machine's own Chromium, headless; one per test class. Screenshots of each step are kept beside the test results.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    /// <summary>Where screenshots go.</summary>
    public static string Folder { get; } = Directory.CreateDirectory(
        Path.Combine(Environment.GetEnvironmentVariable("CODEX_SCREENSHOTS") ?? Path.Combine(AppContext.BaseDirectory, "screenshots"))).FullName;

    public async ValueTask InitializeAsync()
    {
        // How long a hang takes to be called one, not how fast anything must be.
        Assertions.SetDefaultExpectTimeout(60_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Args = Flags,
        });
    }

    /// <summary>A browser of its own: own cookies, own storage.</summary>
    public async Task<IPage> OpenAsync(Uri address, bool phone = false, bool light = false, string? storage = null)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
            HasTouch = phone,
            IsMobile = phone,
            ColorScheme = light ? ColorScheme.Light : ColorScheme.Dark,
            StorageState = storage,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public static Task ShootAsync(IPage page, string step) => page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{step}.png") });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
