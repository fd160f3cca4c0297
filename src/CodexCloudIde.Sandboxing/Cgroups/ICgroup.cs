namespace CodexCloudIde.Sandboxing.Cgroups;

/// <summary>One sandbox's control group; two shapes of the kernel's interface.</summary>
internal interface ICgroup
{
    /// <summary>Writes the limits. Everything is written or it throws.</summary>
    void Limit(SandboxLimits limits);

    /// <summary>Forgets the runtime's own start.</summary>
    void ForgetPast();

    TimeSpan CpuTime { get; }

    long PeakMemory { get; }

    /// <summary>Processes that the kernel's OOM killer ended in this group.</summary>
    long OutOfMemoryKills { get; }

    /// <summary>Forks that were refused for the process limit.</summary>
    long RefusedForks { get; }

    int Processes { get; }

    (long Read, long Written) Transferred { get; }

    /// <summary>Members, for the sweep.</summary>
    IReadOnlyList<int> Members { get; }

    /// <summary>Removes the empty group; false while something is still in it.</summary>
    bool Remove();
}
