using FsCheck.Xunit;

namespace CodexCloudIde.Text.Tests;

/// <summary>
/// Many clients over a bad network, from a seed: answers and events are delayed, resent and dropped; every client keeps one frozen operation in
/// flight and one buffer behind it, as the browser does.
/// </summary>
[Properties(Arbitrary = [typeof(Seeds)], MaxTest = 150)]
public sealed class ConvergenceTests
{
    [Property]
    public bool Clients_OverABadNetwork_Converge(int seed)
    {
        var edits = new RandomEdits(seed);
        var start = edits.Text(30);
        var sequencer = new Sequencer<string>(new TextDocument(start), 0, 4096);
        var clients = Enumerable.Range(0, 2 + edits.Next(4)).Select(i => new Replica($"c{i}", start)).ToArray();
        for (var step = 0; step < 200; step++)
        {
            var client = clients[edits.Next(clients.Length)];
            switch (edits.Next(4))
            {
                case 0:
                    client.Type(edits.Edit(client.Text));
                    break;
                case 1:
                    client.Send(sequencer, answerArrives: edits.Next(3) > 0);
                    break;
                default:
                    client.Receive(sequencer, 1 + edits.Next(3));
                    break;
            }
        }

        foreach (var client in clients)
        {
            for (var round = 0; round < 3; round++)
            {
                client.Send(sequencer, answerArrives: true);
                client.Receive(sequencer, int.MaxValue);
            }
        }

        foreach (var client in clients)
        {
            client.Receive(sequencer, int.MaxValue);
        }

        return Array.TrueForAll(clients, client => client.Text == sequencer.Document.ToString() && client.IsQuiet);
    }

    private sealed class Replica(string id, string start)
    {
        private long revision;
        private long sequence;
        private long sentAt;
        private TextOperation? inFlight;
        private TextOperation? frozen;
        private TextOperation buffer = TextOperation.Identity;

        public string Text { get; private set; } = start;

        public bool IsQuiet => inFlight is null && buffer.IsIdentity;

        public void Type(TextOperation edit)
        {
            Text = edit.Apply(Text);
            buffer = buffer.Compose(edit);
        }

        public void Send(Sequencer<string> sequencer, bool answerArrives)
        {
            if (inFlight is null)
            {
                if (buffer.IsIdentity)
                {
                    return;
                }

                (inFlight, frozen, buffer, sentAt) = (buffer, buffer, TextOperation.Identity, revision);
                sequence++;
            }

            // What goes over the wire never changes: a resend is the very first message.
            var (verdict, edit) = sequencer.Submit(new(id, sequence, sentAt, frozen!, id));
            Assert.True(verdict is Verdict.Sequenced or Verdict.Repeated, $"{verdict}");
            if (answerArrives && edit!.Revision == revision + 1)
            {
                Take(edit);
            }
        }

        public void Receive(Sequencer<string> sequencer, int most)
        {
            foreach (var edit in sequencer.Since(revision)!.Take(most))
            {
                Take(edit);
            }
        }

        private void Take(SequencedEdit<string> edit)
        {
            revision = edit.Revision;
            if (edit.ClientId == id)
            {
                Assert.Equal(inFlight, edit.Operation);
                inFlight = null;
                return;
            }

            var remote = edit.Operation;
            if (inFlight is not null)
            {
                (remote, inFlight) = TextOperation.Transform(remote, inFlight);
            }

            (remote, buffer) = TextOperation.Transform(remote, buffer);
            Text = remote.Apply(Text);
        }
    }
}
