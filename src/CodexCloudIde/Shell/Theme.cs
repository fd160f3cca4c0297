using System.Reflection;
using System.Text.Json;
using MudBlazor;
using MudBlazor.Utilities;

namespace CodexCloudIde.Shell;

/// <summary>MudBlazor's theme, made from the one table of colours that the style sheets, the editor and the terminal use too.</summary>
internal static class Theme
{
    private static readonly string[] System = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"];

    public static MudTheme Mud { get; } = Make();

    private static MudTheme Make()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("tokens.json")!;
        using var json = JsonDocument.Parse(stream);
        return new MudTheme
        {
            PaletteDark = Fill(new PaletteDark(), json.RootElement.GetProperty("dark")),
            PaletteLight = Fill(new PaletteLight(), json.RootElement.GetProperty("light")),
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "44px" },
            Typography = new Typography
            {
                Default = new DefaultTypography { FontFamily = System, FontSize = "13px", LineHeight = "1.5" },
                Body1 = new Body1Typography { FontFamily = System, FontSize = "13px" },
                Body2 = new Body2Typography { FontFamily = System, FontSize = "13px" },
                Button = new ButtonTypography { FontFamily = System, FontSize = "13px", TextTransform = "none", FontWeight = "500" },
                H6 = new H6Typography { FontFamily = System, FontSize = "15px", FontWeight = "600" },
            },
        };
    }

    private static TPalette Fill<TPalette>(TPalette palette, JsonElement tokens)
        where TPalette : Palette
    {
        MudColor Of(string name) => new(tokens.GetProperty(name).GetString()!);
        palette.Primary = Of("accent");
        palette.PrimaryContrastText = Of("on-accent");
        palette.Secondary = Of("agent");
        palette.SecondaryContrastText = Of("on-accent");
        palette.Background = Of("base");
        palette.BackgroundGray = Of("surface");
        palette.Surface = Of("surface");
        palette.AppbarBackground = Of("surface");
        palette.AppbarText = Of("text");
        palette.DrawerBackground = Of("surface");
        palette.DrawerText = Of("text");
        palette.TextPrimary = Of("text");
        palette.TextSecondary = Of("muted");
        palette.ActionDefault = Of("muted");
        palette.LinesDefault = Of("line");
        palette.LinesInputs = Of("muted");
        palette.Divider = Of("line");
        palette.TableLines = Of("line");
        palette.Success = Of("passed");
        palette.Error = Of("failed");
        palette.Warning = Of("warning");
        palette.Info = Of("accent");
        return palette;
    }
}
