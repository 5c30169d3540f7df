using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.Aws;
using Minato.Ecs.Reconcile;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>
/// <c>POST …?cluster=NAME&amp;service=NAME&amp;count=N&amp;region=REGION</c>: interrupts tasks of FARGATE_SPOT and answers their ARNs as JSON.
/// Who may ask is the host's business.
/// </summary>
internal sealed class SpotEndpoint(SpotInterruptions interruptions, Installation installation)
{
    private const string DefaultRegion = "us-east-1";

    public async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var region = query["region"] is [{ Length: > 0 } asked] ? asked : DefaultRegion;
        var caller = new Caller { AccountId = installation.AccountId, Region = region, PrincipalArn = $"arn:aws:iam::{installation.AccountId}:root" };
        int? count = int.TryParse(query["count"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var service = query["service"] is [{ Length: > 0 } name] ? name : null;
        var tasks = await interruptions.InterruptAsync(References.ClusterKeyOf(caller, query["cluster"]), service, count, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Body(tasks).ToJsonString(), context.RequestAborted);
    }

    private static JsonObject Body(ImmutableArray<string> tasks) => new() { ["tasks"] = new JsonArray([.. tasks.Select(t => JsonValue.Create(t))]) };
}
