namespace CodexCloudIde.Sandboxing;

/// <summary>Hears nothing.</summary>
public sealed class SilentObserver : ISandboxObserver
{
    private SilentObserver()
    {
    }

    public static SilentObserver Instance { get; } = new();

    public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
    }

    public void Used(SandboxUsage usage)
    {
    }

    public void Labelled(SandboxLabel label)
    {
    }
}
