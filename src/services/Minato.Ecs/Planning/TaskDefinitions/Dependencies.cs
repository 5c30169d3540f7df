using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.TaskDefinitions;

/// <summary>Who waits for whom, whichever way the definition says it.</summary>
internal static class Dependencies
{
    /// <summary>dependsOn, and the START that links and volumesFrom bring with them.</summary>
    public static IEnumerable<ContainerDependency> Of(ContainerDefinition container)
    {
        foreach (var needed in container.DependsOn ?? []) yield return needed;
        foreach (var link in container.Links ?? [])
            yield return new() { ContainerName = link.Split(':')[0], Condition = ContainerCondition.Start };
        foreach (var from in container.VolumesFrom ?? [])
            yield return new() { ContainerName = from.SourceContainer ?? "", Condition = ContainerCondition.Start };
    }

    /// <summary>AWS: whoever writes to the log router starts after it, unless the definition says how they stand to each other.</summary>
    public static IEnumerable<ContainerDependency> Of(ContainerDefinition container, ImmutableArray<ContainerDefinition> all)
    {
        var router = container.LogConfiguration?.LogDriver == LogDriver.Awsfirelens ? all.FirstOrDefault(c => c.FirelensConfiguration is not null)?.Name : null;
        var said = Of(container);
        return router is null || router == container.Name || said.Any(n => n.ContainerName == router)
            ? said : said.Append(new() { ContainerName = router, Condition = ContainerCondition.Start });
    }

    /// <returns>The names along a cycle, the first one again at its end; null when there is none.</returns>
    public static ImmutableArray<string>? FindCycle(ImmutableArray<ContainerDefinition> containers)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var container in containers)
        {
            if (Visit(container.Name ?? "") is { } cycle) return cycle;
        }

        return null;

        ImmutableArray<string>? Visit(string name)
        {
            if (path.IndexOf(name) is >= 0 and var start) return [.. path[start..], name];
            if (!done.Add(name) || containers.FirstOrDefault(c => c.Name == name) is not { } container) return null;
            path.Add(name);
            foreach (var needed in Of(container, containers))
            {
                if (Visit(needed.ContainerName) is { } cycle) return cycle;
            }

            path.RemoveAt(path.Count - 1);
            return null;
        }
    }
}
