using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Minato.Aws;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>
/// <c>GET …?of=SERVICE|TASK|DEPLOYMENT&amp;cluster=NAME&amp;region=REGION</c>: the story of it as JSON. Who may ask is the host's business.
/// </summary>
internal sealed class StoryEndpoint(Stories stories, Installation installation)
{
    private const string DefaultRegion = "us-east-1";
    private const int TaskIdLength = 32;

    public async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var of = query["of"].ToString();
        var caller = new Caller
        {
            AccountId = installation.AccountId, Region = query["region"] is [{ Length: > 0 } region] ? region : DefaultRegion,
            PrincipalArn = $"arn:aws:iam::{installation.AccountId}:root",
        };
        var story = of.Length == 0 ? null : await FindAsync(caller, query["cluster"], of, context.RequestAborted);
        context.Response.ContentType = "application/json";
        if (story is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("""{"message":"There is no service, task or deployment of that name, and none on record."}""", context.RequestAborted);
            return;
        }

        await JsonSerializer.SerializeAsync(context.Response.Body, story, RecordJson.Default.Story, context.RequestAborted);
    }

    private async ValueTask<Story?> FindAsync(Caller caller, string? clusterName, string of, CancellationToken ct)
    {
        if (ServiceReferences.Part(caller, of, "service-deployment") is var (service, id)) return await stories.OfDeploymentAsync(new(service, id), ct);
        var cluster = ClusterOf(caller, clusterName, of);
        var name = References.Id(of);
        if (name.Length == TaskIdLength && name.All(char.IsAsciiHexDigitLower) && await stories.OfTaskAsync(new(cluster, name), ct) is { } task) return task;
        if (await stories.OfServiceAsync(new(cluster, name), ct) is { } story) return story;
        return stories.FindDeployment(cluster, name) is { } deployment ? await stories.OfDeploymentAsync(deployment, ct) : null;
    }

    /// <summary>An ARN names its cluster itself.</summary>
    private static ClusterKey ClusterOf(Caller caller, string? cluster, string reference) =>
        Arn.TryParse(reference, out var arn) && arn.Resource.Split('/') is [_, var own, _] ? References.ClusterKeyOf(caller, own) : References.ClusterKeyOf(caller, cluster);
}
