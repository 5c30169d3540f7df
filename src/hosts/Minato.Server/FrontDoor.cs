using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Ecr;
using Minato.S3;
using Minato.Sns;

namespace Minato.Server;

/// <summary>One port for everything: AWS APIs, the registry protocol, load balancers by name, and Minato's own few paths.</summary>
internal sealed class FrontDoor(AwsEndpoint aws, LoadBalancerEntrance loadBalancers, AdminEndpoint admin, AgentEndpoint agents, SessionEndpoint sessions, SnsEndpoint messages, IServiceProvider services)
{
    private readonly RequestDelegate _registry = EcrRoom.Registry(services);
    private readonly RequestDelegate _aws = S3Room.ForBrowsers(services, aws.HandleAsync);

    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (LoadBalancerEntrance.IsMeant(request.Host.Host)) return loadBalancers.ForwardAsync(context);
        if (request.Path.StartsWithSegments(AgentEndpoint.Path, StringComparison.Ordinal)) return agents.HandleAsync(context);
        if (request.Path.StartsWithSegments("/_minato", StringComparison.Ordinal)) return admin.HandleAsync(context);
        if (SessionEndpoint.IsMeant(context)) return sessions.HandleAsync(context);
        if (SnsEndpoint.IsMeant(request)) return messages.HandleAsync(context);
        return request.Path.StartsWithSegments("/v2", StringComparison.Ordinal) && !IsSigned(request) ? _registry(context) : _aws(context);
    }

    // REST services have paths under /v2 as well; a registry client never signs.
    private static bool IsSigned(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith("AWS4-", StringComparison.Ordinal) || request.Query.ContainsKey("X-Amz-Signature");
}
