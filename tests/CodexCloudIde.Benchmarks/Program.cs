using CodexCloudIde.Benchmarks;

return await CommandLine.RunAsync(args, CancellationToken.None);
