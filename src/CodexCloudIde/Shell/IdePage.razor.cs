using CodexCloudIde.Documents;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CodexCloudIde.Shell;

/// <summary>What the circuit adds to the IDE; everything here can be lost and rebuilt at any time.</summary>
public sealed partial class IdePage : IAsyncDisposable
{
    private bool dark = true;
    private bool settingsOpen;
    private EditorSettings settings = new();
    private DotNetObjectReference<IdePage>? self;
    private IJSObjectReference? module;

    [Parameter]
    public string WorkspaceId { get; set; } = "";

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private BrowserAssets Bundle { get; set; } = null!;

    /// <summary>Called by the command "Open settings".</summary>
    [JSInvokable]
    public void OpenSettings(bool isDark, EditorSettings current)
    {
        dark = isDark;
        settings = current;
        settingsOpen = true;
        StateHasChanged();
    }

    /// <summary>Called when the theme was switched outside this component.</summary>
    [JSInvokable]
    public void ThemeChanged(bool isDark)
    {
        dark = isDark;
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        if (module is not null)
        {
            try
            {
                await module.DisposeAsync();
            }
            catch (JSDisconnectedException)
            {
                // The browser has gone, and its module with it.
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || Bundle.Of("src/ide.ts").File is not { } file)
            return;
        self = DotNetObjectReference.Create(this);
        module = await Script.InvokeAsync<IJSObjectReference>("import", file);
        await module.InvokeVoidAsync("attachCircuit", self);
    }

    private async Task SetDarkAsync(bool value)
    {
        dark = value;
        await CallAsync("setTheme", value ? "dark" : "light");
    }

    private async Task ChangeAsync(EditorSettings changed)
    {
        settings = changed;
        await CallAsync("applySettings", changed, changed.ToMonaco());
    }

    private async Task CallAsync(string function, params object?[] arguments)
    {
        if (module is not null)
            await module.InvokeVoidAsync(function, arguments);
    }
}
