using System.Xml.Linq;
using CodexCloudIde.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using StackExchange.Redis;

namespace CodexCloudIde.Hosting;

/// <summary>
/// The keys of cookies and protected data: in the data directory, and with <c>Ide:Redis</c> also there, so that processes share them. Both are written and the
/// union is read: an emptied Redis loses no key, and one that is away for a moment does not keep a process from starting.
/// </summary>
internal sealed partial class KeyRing(IXmlRepository files, IXmlRepository? redis, ILogger<KeyRing> logger) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var found = files.GetAllElements().ToList();
        var known = found.Select(IdOf).ToHashSet();
        foreach (var element in Shared(repository => repository.GetAllElements()) ?? [])
        {
            if (known.Add(IdOf(element))) found.Add(element);
        }

        return found;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        files.StoreElement(element, friendlyName);
        Shared(repository =>
        {
            repository.StoreElement(element, friendlyName);
            return true;
        });
    }

    private static string IdOf(XElement element) => (string?)element.Attribute("id") ?? element.ToString();

    private T? Shared<T>(Func<IXmlRepository, T> use)
    {
        if (redis is null) return default;
        try
        {
            return use(redis);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogUnshared(exception);
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Keys are not shared by Redis at the moment; the data directory's are used")]
    private partial void LogUnshared(Exception exception);
}

internal static class KeyRingSetup
{
    public static void AddKeyRing(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("CodexCloudIde");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<DataDirectory, ILoggerFactory, IServiceProvider>((options, data, loggers, services) =>
        {
            var files = new FileSystemXmlRepository(new DirectoryInfo(data.Folder("keys", "data-protection")), loggers);
            var redis = services.GetService<IConnectionMultiplexer>();
            options.XmlRepository = new KeyRing(
                files, redis is null ? null : new RedisXmlRepository(() => redis.GetDatabase(), "codex-cloud-ide:data-protection"), loggers.CreateLogger<KeyRing>());
        });
    }
}
