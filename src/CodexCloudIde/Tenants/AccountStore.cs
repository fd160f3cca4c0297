using CodexCloudIde.Storage;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>Identity's store over a system context of its own, which lives as long as the scope.</summary>
internal sealed class AccountStore(TenantContexts contexts)
    : UserOnlyStore<Account, IdeContext, Guid>(contexts.CreateSystem()), IDisposable, IAsyncDisposable
{
    void IDisposable.Dispose()
    {
        Context.Dispose();
        Dispose();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Context.DisposeAsync();
        Dispose();
    }
}
