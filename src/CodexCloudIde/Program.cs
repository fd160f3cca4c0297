var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapGet("/healthz", () => "alive");
await app.RunAsync().ConfigureAwait(false);
