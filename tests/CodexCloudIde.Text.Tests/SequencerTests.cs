namespace CodexCloudIde.Text.Tests;

public sealed class SequencerTests
{
    private static Sequencer<string> On(string text, int capacity = 8) => new(new TextDocument(text), 0, capacity);

    private static Submission<string> From(string client, long sequence, long revision, int position, string text) =>
        new(client, sequence, revision, TextOperation.Replace(position, 0, text), client);

    [Fact]
    public void Submit_StaleRevision_IsTransformed()
    {
        var sequencer = On("ac");
        sequencer.Submit(From("x", 1, 0, 0, ">"));
        var (verdict, edit) = sequencer.Submit(From("y", 1, 0, 1, "b"));
        Assert.Equal((Verdict.Sequenced, 2L, """[2,"b"]""", ">abc"), (verdict, edit!.Revision, edit.Operation.ToString(), sequencer.Document.ToString()));
    }

    [Fact]
    public void Submit_Resend_GetsTheFirstAnswer()
    {
        var sequencer = On("");
        var (_, first) = sequencer.Submit(From("x", 1, 0, 0, "a"));
        sequencer.Submit(From("y", 1, 1, 0, "b"));
        var (verdict, again) = sequencer.Submit(From("x", 1, 0, 0, "a"));
        Assert.Equal((Verdict.Repeated, first, "ba"), (verdict, again, sequencer.Document.ToString()));
    }

    [Fact]
    public void Submit_ResendBeyondTheRing_StillGetsTheFirstAnswer()
    {
        var sequencer = On("", capacity: 2);
        var (_, first) = sequencer.Submit(From("x", 1, 0, 0, "a"));
        for (var i = 1; i < 5; i++)
        {
            sequencer.Submit(From("y", i, sequencer.Revision, 0, "b"));
        }

        Assert.Equal((Verdict.Repeated, first), sequencer.Submit(From("x", 1, 0, 0, "a")));
    }

    [Theory]
    [InlineData(2, 0, 0, Verdict.Invalid)]
    [InlineData(0, 0, 0, Verdict.Invalid)]
    [InlineData(1, 9, 0, Verdict.StaleRevision)]
    [InlineData(1, 0, 4, Verdict.Invalid)]
    [InlineData(1, -1, 0, Verdict.StaleRevision)]
    public void Submit_GapForeignBaseOrBeyondEnd_ChangesNothing(long sequence, long revision, int position, Verdict expected)
    {
        var sequencer = On("abc");
        Assert.Equal((expected, null), sequencer.Submit(From("x", sequence, revision, position, "!")));
        Assert.Equal(("abc", 0L), (sequencer.Document.ToString(), sequencer.Revision));
    }

    [Fact]
    public void Submit_BeyondTheEndOfItsBase_IsInvalidThoughTheTextGrew()
    {
        var sequencer = On("abc");
        sequencer.Submit(From("x", 1, 0, 0, "0123456789"));
        Assert.Equal((Verdict.Invalid, null), sequencer.Submit(From("y", 1, 0, 7, "!")));
    }

    [Fact]
    public void Submit_BaseOlderThanTheRing_IsStale()
    {
        var sequencer = On("", capacity: 2);
        for (var i = 1; i <= 3; i++)
        {
            sequencer.Submit(From("x", i, i - 1, 0, "a"));
        }

        Assert.Equal((Verdict.StaleRevision, null), sequencer.Submit(From("y", 1, 0, 0, "b")));
        Assert.Null(sequencer.Since(0));
        Assert.Equal([2L, 3L], sequencer.Since(1)!.Select(edit => edit.Revision));
    }

    [Fact]
    public void Submit_LargeEdits_AreForgottenByTheirUnits()
    {
        var sequencer = new Sequencer<string>(new TextDocument(""), 0, 100, units: 1000);
        for (var i = 1; i <= 10; i++) sequencer.Submit(new("c", i, i - 1, TextOperation.Replace(0, 0, new string('x', 400)), "a"));
        Assert.Equal((10L, 8L), (sequencer.Revision, sequencer.OldestBase));
        Assert.Equal(Verdict.StaleRevision, sequencer.Submit(new("d", 1, 7, TextOperation.Replace(0, 0, "y"), "b")).Verdict);

        // The newest stays whatever it is; a resend of it is answered.
        var large = new Submission<string>("c", 11, 10, TextOperation.Replace(0, 0, new string('y', 5000)), "a");
        Assert.Equal((Verdict.Sequenced, 10L), (sequencer.Submit(large).Verdict, sequencer.OldestBase));
        Assert.Equal((Verdict.Repeated, 11L), (sequencer.Submit(large).Verdict, sequencer.Submit(large).Edit!.Revision));
    }

    [Fact]
    public void Submit_LargeEditsThatAreNeeded_AreKept()
    {
        var sequencer = new Sequencer<string>(new TextDocument(""), 0, 100, units: 1000) { Needed = 2 };
        for (var i = 1; i <= 10; i++) sequencer.Submit(new("c", i, i - 1, TextOperation.Replace(0, 0, new string('x', 400)), "a"));
        Assert.Equal(2, sequencer.OldestBase);
        sequencer.Needed = 10;
        sequencer.Submit(new("c", 11, 10, TextOperation.Replace(0, 0, "x"), "a"));
        Assert.Equal(8, sequencer.OldestBase);
    }
}
