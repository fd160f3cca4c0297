using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Documents;

/// <summary>Section <c>Ide:Documents</c>: the bounds of editing.</summary>
internal sealed class DocumentOptions
{
    /// <summary>Folder of the journal; empty: <c>journal</c> in the data directory. Best on a volume of its own: a busy disk delays acknowledgements.</summary>
    public string JournalFolder { get; set; } = "";

    /// <summary>What a UTF-16 unit takes in a file at most: a line feed as CR LF of UTF-16.</summary>
    public const long MostBytesPerUnit = 4;

    /// <summary>Up to here a snapshot costs the journal no more than a moment.</summary>
    public const int UnitsPerSnapshot = 256 * 1024;

    /// <summary>From here on a text does not stay in memory when nobody has it open.</summary>
    public const int LargeUnits = 1024 * 1024;

    /// <summary>Largest text that opens for editing or can be typed, in UTF-16 units; for ASCII these are bytes.</summary>
    [Range(1024, 128 * 1024 * 1024)]
    public int LargestDocument { get; set; } = 32 * 1024 * 1024;

    /// <summary>Most UTF-16 units that one operation may insert.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int LargestOperation { get; set; } = 1024 * 1024;

    /// <summary>Bytes of the largest message: the largest operation with every unit escaped in JSON, and every step.</summary>
    public int LargestMessage => (6 * LargestOperation) + (16 * MostSteps) + (64 * 1024);

    /// <summary>Most steps of one operation.</summary>
    [Range(16, 1_000_000)]
    public int MostSteps { get; set; } = 20_000;

    /// <summary>Operations per second of one connection; twice as many at once.</summary>
    [Range(1, 1_000_000)]
    public int OperationsPerSecond { get; set; } = 5000;

    /// <summary>Inserted UTF-16 units per second of one connection; at least one operation of the largest size at once.</summary>
    [Range(1024, int.MaxValue)]
    public int UnitsPerSecond { get; set; } = 4 * 1024 * 1024;

    /// <summary>Operations per second of all connections of one tenant in this process; twice as many at once.</summary>
    [Range(1, 10_000_000)]
    public int TenantOperationsPerSecond { get; set; } = 50_000;

    /// <summary>Inserted UTF-16 units per second of all connections of one tenant in this process; at least two operations of the largest size at once.</summary>
    [Range(1024, int.MaxValue)]
    public int TenantUnitsPerSecond { get; set; } = 32 * 1024 * 1024;

    /// <summary>Documents that one connection may have open.</summary>
    [Range(1, 10_000)]
    public int OpenDocuments { get; set; } = 200;

    /// <summary>UTF-16 units of all documents that one tenant has open in this process; further ones are refused until some are closed.</summary>
    [Range(1024, 16L * 1024 * 1024 * 1024)]
    public long TenantOpenUnits { get; set; } = 256L * 1024 * 1024;

    /// <summary>Newest edits kept in memory per document: what late clients can still be based on.</summary>
    [Range(16, 1_000_000)]
    public int RememberedEdits { get; set; } = 4096;

    /// <summary>UTF-16 units that those edits insert and delete, at most, in all: large pastes are forgotten sooner than keystrokes. The newest edit is always kept.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int RememberedUnits { get; set; } = 16 * 1024 * 1024;

    /// <summary>Megabytes that the journal's SQLite file may have before old edits, which only undo and history still read, are dropped sooner than by their number.</summary>
    [Range(64, 1_000_000)]
    public int JournalMegabytes { get; set; } = 4096;

    /// <summary>Newest edits of a document that its history reaches back, as far as the journal still has them.</summary>
    [Range(100, 1_000_000)]
    public int HistoryEdits { get; set; } = 10_000;

    /// <summary>Edits after which a new snapshot is written; of a document with more than <see cref="UnitsPerSnapshot"/> units as many more as it is larger.</summary>
    [Range(16, 1_000_000)]
    public int EditsPerSnapshot { get; set; } = 1000;

    /// <summary>Pause after an edit until the file is written, so that terminals see it. Runs, tests, archives and git do not wait for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan SaveAfter { get; set; } = TimeSpan.FromMilliseconds(500);
}
