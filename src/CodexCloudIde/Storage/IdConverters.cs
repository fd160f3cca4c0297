using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CodexCloudIde.Storage;

internal sealed class TenantIdConverter() : ValueConverter<TenantId, Guid>(id => id.Value, value => new TenantId(value));

internal sealed class UserIdConverter() : ValueConverter<UserId, Guid>(id => id.Value, value => new UserId(value));

internal sealed class WorkspaceIdConverter() : ValueConverter<WorkspaceId, Guid>(id => id.Value, value => new WorkspaceId(value));

/// <summary>SQLite has no time type that compares: UTC ticks do.</summary>
internal sealed class TicksConverter() : ValueConverter<DateTimeOffset, long>(at => at.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>PostgreSQL's timestamptz takes offset zero only.</summary>
internal sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(at => at.ToUniversalTime(), at => at);
