using System.Text;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>Tar archives byte by byte (POSIX ustar), because well-behaved writers refuse to make the bad ones.</summary>
internal sealed class TarBuilder
{
    private readonly MemoryStream bytes = new();

    public TarBuilder File(string name, string content = "x", long? statedSize = null) => Entry(name, '0', Encoding.UTF8.GetBytes(content), "", statedSize);

    public TarBuilder Folder(string name) => Entry(name, '5', [], "", null);

    public TarBuilder Link(string name, string target) => Entry(name, '2', [], target, null);

    public TarBuilder HardLink(string name, string target) => Entry(name, '1', [], target, null);

    public TarBuilder Device(string name) => Entry(name, '3', [], "", null);

    public TarBuilder Fifo(string name) => Entry(name, '6', [], "", null);

    public byte[] Build()
    {
        bytes.Write(new byte[1024]);
        return bytes.ToArray();
    }

    public byte[] BuildCutOff() => bytes.ToArray()[..^512];

    private TarBuilder Entry(string name, char type, byte[] content, string target, long? statedSize)
    {
        var header = new byte[512];
        void Put(int at, string text) => Encoding.UTF8.GetBytes(text).CopyTo(header, at);
        Put(0, name);
        Put(100, "0000644\0");
        Put(108, "0001750\0");
        Put(116, "0001750\0");
        Put(124, Convert.ToString(statedSize ?? content.Length, 8).PadLeft(11, '0') + "\0");
        Put(136, "14000000000\0");
        Put(148, "        ");
        header[156] = (byte)type;
        Put(157, target);
        Put(257, "ustar\0");
        Put(263, "00");
        Put(329, "0000001\0");
        Put(337, "0000003\0");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        bytes.Write(header);
        bytes.Write(content);
        bytes.Write(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }
}
