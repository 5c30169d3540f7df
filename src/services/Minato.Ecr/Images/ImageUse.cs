using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Which images of a repository ECS needs, and for what: tasks that run, and what a service would be rolled back to.</summary>
internal sealed class ImageUse(IServiceProvider rooms, Store store, Installation installation)
{
    private const int TasksAtATime = 100;
    private const int ServicesAtATime = 10;
    private const int RememberedDeployments = 3; // Of a service: the newest, and where it would go back to.

    /// <returns>By digest, in words. Empty where ECS is not part of this installation.</returns>
    public async ValueTask<IReadOnlyDictionary<string, string>> FindAsync(RepositoryKey repository, CancellationToken ct)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (rooms.GetService<IEcs>() is not { } ecs) return found;
        var caller = Caller.ForService(repository.AccountId, repository.Region, "ecr.amazonaws.com");
        for (string? token = null; ;)
        {
            var page = await ecs.ListClustersAsync(new() { NextToken = token }, caller, ct);
            foreach (var cluster in page.ClusterArns ?? [])
            {
                await TasksAsync(ecs, caller, repository, cluster, found, ct);
                await ServicesAsync(ecs, caller, repository, cluster, found, ct);
            }

            token = page.NextToken;
            if (token is null) return found;
        }
    }

    private async ValueTask TasksAsync(IEcs ecs, Caller caller, RepositoryKey repository, string cluster, Dictionary<string, string> found, CancellationToken ct)
    {
        for (string? token = null; ;)
        {
            var page = await ecs.ListTasksAsync(new() { Cluster = cluster, NextToken = token, MaxResults = TasksAtATime }, caller, ct);
            if (page.TaskArns is [_, ..] arns)
            {
                var tasks = await ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = arns }, caller, ct);
                foreach (var task in tasks.Tasks ?? [])
                {
                    foreach (var container in task.Containers ?? []) Add(found, repository, container.Image, container.ImageDigest, $"the task {task.TaskArn} runs it");
                }
            }

            token = page.NextToken;
            if (token is null) return;
        }
    }

    private async ValueTask ServicesAsync(IEcs ecs, Caller caller, RepositoryKey repository, string cluster, Dictionary<string, string> found, CancellationToken ct)
    {
        for (string? token = null; ;)
        {
            var page = await ecs.ListServicesAsync(new() { Cluster = cluster, NextToken = token, MaxResults = ServicesAtATime }, caller, ct);
            foreach (var service in page.ServiceArns ?? []) await ServiceAsync(ecs, caller, repository, cluster, service, found, ct);
            token = page.NextToken;
            if (token is null) return;
        }
    }

    private async ValueTask ServiceAsync(
        IEcs ecs, Caller caller, RepositoryKey repository, string cluster, string service, Dictionary<string, string> found, CancellationToken ct)
    {
        var brief = await ecs.ListServiceDeploymentsAsync(new() { Service = service, Cluster = cluster, MaxResults = RememberedDeployments }, caller, ct);
        if (brief.ServiceDeployments is not [_, ..] deployments) return;
        var described = await ecs.DescribeServiceDeploymentsAsync(
            new() { ServiceDeploymentArns = [.. deployments.Select(d => d.ServiceDeploymentArn).OfType<string>()] }, caller, ct);
        var revisions = (described.ServiceDeployments ?? [])
            .SelectMany(d => (d.SourceServiceRevisions ?? []).Select(r => r.Arn).Append(d.TargetServiceRevision?.Arn).Append(d.Rollback?.ServiceRevisionArn))
            .OfType<string>().Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (revisions.IsEmpty) return;
        var answer = await ecs.DescribeServiceRevisionsAsync(new() { ServiceRevisionArns = revisions }, caller, ct);
        foreach (var revision in answer.ServiceRevisions ?? [])
        {
            foreach (var image in revision.ContainerImages ?? []) Add(found, repository, image.Image, image.ImageDigest, $"the service {service} would be rolled back to it");
        }
    }

    private void Add(Dictionary<string, string> found, RepositoryKey repository, string? image, string? digest, string why)
    {
        if (image is null || Reference(image, repository) is not { } reference) return;
        var meant = digest ?? (reference.Contains(':', StringComparison.Ordinal) ? reference : store.Current.Find(EcrTables.Tags, new(repository, reference))?.Digest);
        if (meant is null) return;
        found.TryAdd(meant, why);
        // Who runs an image of a list was told to run the list.
        if (store.Current.Find(EcrTables.Tags, new(repository, reference)) is { } tag) found.TryAdd(tag.Digest, why);
    }

    /// <returns>The tag or digest, when the name means this repository; else null.</returns>
    private string? Reference(string image, RepositoryKey repository)
    {
        string[] hosts = [repository.Home.Host, $"127.0.0.1:{installation.Endpoint.Port}", $"localhost:{installation.Endpoint.Port}"];
        if (Array.Find(hosts, h => image.StartsWith($"{h}/{repository.Name}", StringComparison.Ordinal)) is not { } host) return null;
        return image[$"{host}/{repository.Name}".Length..] switch
        {
            "" => "latest",
            ['@', .. var digest] => digest,
            [':', .. var tag] => tag.Split('@') is [_, var pinned] ? pinned : tag,
            _ => null, // Another repository, whose name begins alike.
        };
    }
}
