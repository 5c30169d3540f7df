using Microsoft.AspNetCore.Http;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Engines.EcsAgent;
using Minato.Engines.Hosts;

namespace Minato.Server;

/// <summary>
/// Where the official ECS agent opens its two websockets, at the addresses DiscoverPollEndpoint answers: <c>…/acs/ws</c> for orders and
/// <c>…/tcs/ws</c> for telemetry. Requests to upgrade are signed like any other.
/// </summary>
internal sealed class AgentEndpoint(AwsEndpoint aws, AgentGate gate, IAuthorizer authorizer)
{
    public const string Path = "/_minato/agent";
    private const string Orders = Path + "/acs/ws";
    private const string Telemetry = Path + "/tcs/ws";

    /// <summary>Says goodbye to agents: they come back when Minato answers again.</summary>
    public void Close() => gate.Close();

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is not (Orders or Telemetry) || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (await aws.AuthenticateAsync(context, "ecs") is not { } caller) return;
        var query = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        var asked = authorizer.Decide(caller, path == Orders ? "ecs:Poll" : "ecs:StartTelemetrySession", query.GetValueOrDefault("containerInstanceArn") is { Length: > 0 } arn ? arn : "*");
        if (!asked.IsAllowed)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "AccessDeniedException", asked.RefusalTo(caller));
            return;
        }

        var greeting = gate.Greeting(query, caller.PrincipalArn);
        if (Refusal(gate.Admit(greeting)) is var (status, error, reason))
        {
            await RefuseAsync(context, status, error, reason);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        if (path == Orders) await gate.RunOrdersAsync(socket, greeting, context.RequestAborted);
        else await gate.RunTelemetryAsync(socket, greeting, context.RequestAborted);
    }

    // AWS: "inactive" keeps an agent away for an hour; all the others it tries again soon.
    private static (int Status, string Error, string Reason)? Refusal(HostAdmission admission) => admission switch
    {
        HostAdmission.Inactive inactive => (StatusCodes.Status400BadRequest, "InactiveInstanceException", inactive.Reason),
        HostAdmission.Unknown unknown => (StatusCodes.Status400BadRequest, "InvalidInstanceException", unknown.Reason),
        HostAdmission.Denied denied => (StatusCodes.Status403Forbidden, "AccessDeniedException", denied.Reason),
        _ => null,
    };

    private static Task RefuseAsync(HttpContext context, int status, string error, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new Dictionary<string, object> { ["type"] = error, ["message"] = new Dictionary<string, string> { ["message"] = reason } }, context.RequestAborted);
    }
}
