using Microsoft.Playwright;

namespace CodexCloudIde.Benchmarks;

/// <summary>The machine's own Chromium, headless, as a process and profile of its own: nothing cached, nothing compiled.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<Chromium> LaunchAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium", Args = Flags });
        return new Chromium(playwright, browser);
    }

    /// <summary>A page on the product, with the cookies of <see cref="SignInAsync"/> if there are any.</summary>
    public async Task<IPage> OpenAsync(Product product, string? cookies = null)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = product.Address.ToString(), ViewportSize = new() { Width = 1440, Height = 900 }, StorageState = cookies });
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    /// <summary>Signs the owner in; the cookies, for other browsers.</summary>
    public async Task<string> SignInAsync(Product product)
    {
        var page = await OpenAsync(product);
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail").FillAsync(Product.Email);
        await page.GetByLabel("Password").FillAsync(Product.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(product.Address.ToString());
        var cookies = await page.Context.StorageStateAsync();
        await page.Context.CloseAsync();
        return cookies;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
