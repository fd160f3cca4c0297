using System.Text.Json;
using System.Text.Json.Serialization;
using CodexCloudIde.Tenants;
using OpenTelemetry.Metrics;
using Scalar.AspNetCore;

namespace CodexCloudIde.Api;

internal static class ApiSetup
{
    public static void AddApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));
        builder.Services.AddOpenApi("v1");
        builder.Services.AddSignalR().AddHubOptions<EventHub>(hub => hub.MaximumParallelInvocationsPerClient = EventHub.MostStreams);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddRuntimeInstrumentation()
            .AddMeter("CodexCloudIde", "CodexCloudIde.Models", "Microsoft.Orleans").AddPrometheusExporter());
    }

    /// <summary>The JSON of the API: camelCase, enums as camelCase words, required fields required, unknown ones ignored.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    /// <summary>First in the pipeline.</summary>
    public static void UseApi(this IApplicationBuilder app) => app.UseMiddleware<ProblemPages>();

    /// <summary>After authentication.</summary>
    public static void UseIdempotency(this IApplicationBuilder app) => app.UseMiddleware<Idempotency>();

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        routes.MapHub<EventHub>("/hubs/events").RequireAuthorization(TenantPolicy.Tenant);
        routes.MapPrometheusScrapingEndpoint("/metrics");
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference("/scalar", options => options.AddDocument("v1").WithTitle("Codex Cloud IDE"));
    }
}
