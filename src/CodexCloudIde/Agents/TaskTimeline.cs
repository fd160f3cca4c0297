using CodexCloudIde.Tenants;

namespace CodexCloudIde.Agents;

/// <summary>The items of a task as they are now: its events folded. A plan is one row that ticks, wherever it is said again.</summary>
internal static class TaskTimeline
{
    private const int PageSize = 500;

    public static async Task<IReadOnlyList<TaskItem>> ReadAsync(TaskStore store, TenantId tenant, string task, CancellationToken cancellationToken)
    {
        var items = new Dictionary<string, TaskItem>(StringComparer.Ordinal);
        var order = new List<string>();
        var last = 0L;
        for (IReadOnlyList<TaskEvent> page; (page = await store.ReadEventsAsync(tenant, task, last, PageSize, cancellationToken)).Count > 0;)
        {
            foreach (var happened in page.Where(happened => happened.Name.StartsWith("item.", StringComparison.Ordinal)))
            {
                var item = TaskJson.Read<TaskItem>(happened.Json);
                var key = KeyOf(item);
                if (!items.ContainsKey(key))
                {
                    order.Add(key);
                }

                items[key] = item;
            }

            last = page[^1].Sequence;
        }

        return order.ConvertAll(key => items[key]);
    }

    /// <summary>What stays the same of a row while it changes.</summary>
    public static string KeyOf(TaskItem item) => item.Type == "plan" ? "plan" : item.Id;
}
