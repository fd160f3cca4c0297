using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace CodexCloudIde.Text.Tests;

/// <summary>Texts and operations made from a seed, small enough that ties, overlaps and surrogate pairs come up all the time.</summary>
internal sealed class RandomEdits(int seed)
{
    private static readonly string[] Alphabet = ["a", "b", "c", "\n", " ", "é", "😀", "𝒳"];
    private readonly Random random = new(seed);

    public int Next(int below) => random.Next(below);

    public string Text(int most)
    {
        var text = new StringBuilder();
        for (var left = random.Next(most + 1); left > 0; left--)
        {
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        }

        return text.ToString();
    }

    /// <summary>A valid operation on <paramref name="text"/>, in any spelling.</summary>
    public TextOperation Edit(string text)
    {
        var builder = new TextOperationBuilder();
        for (var position = 0; position <= text.Length;)
        {
            var units = Boundary(text, Math.Min(text.Length, position + random.Next(6))) - position;
            switch (random.Next(5))
            {
                case 0:
                    builder.Insert(Text(3));
                    break;
                case 1:
                    builder.Delete(units);
                    position += units;
                    break;
                default:
                    builder.Retain(units);
                    position += units;
                    break;
            }

            if (position == text.Length && random.Next(2) == 0)
            {
                break;
            }
        }

        return builder.Build();
    }

    private static int Boundary(string text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) ? position + 1 : position;
}

/// <summary>Gives properties a seed over the whole range; a failure prints it.</summary>
internal static class Seeds
{
    public static Arbitrary<int> Any() => Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary();
}
