using WordCount;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: wordcount FILE");
    return 2;
}

foreach (var (word, count) in Counting.MostCommon(File.ReadAllText(args[0])))
{
    Console.WriteLine($"{count,6} {word}");
}

return 0;
