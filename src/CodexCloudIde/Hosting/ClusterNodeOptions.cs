using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Hosting;

/// <summary>Section <c>Ide:Cluster</c>: how this process appears to the others; only read when <c>Ide:Redis</c> is set.</summary>
internal sealed class ClusterNodeOptions
{
    /// <summary>Processes of one name on one Redis form one cluster.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string Name { get; set; } = "codex-cloud-ide";

    /// <summary>IP address under which the others reach this process. Empty: loopback if Redis is on loopback, else the machine's own.</summary>
    [RegularExpression("[0-9A-Fa-f.:]*")]
    public string Address { get; set; } = "";

    /// <summary>Port between the processes; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>Seconds between the probes by which the processes watch each other; one that misses two is out. More on hosts that stand still for seconds at a time.</summary>
    [Range(1, 60)]
    public int ProbeSeconds { get; set; } = 1;
}
