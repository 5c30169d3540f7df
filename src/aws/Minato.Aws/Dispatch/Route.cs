using Microsoft.Extensions.Primitives;
using Minato.Aws.Protocols;

namespace Minato.Aws.Dispatch;

/// <summary>Where a request goes: service, protocol and operation, as far as it could be told.</summary>
internal sealed record Route(ServedService? Service, WireProtocol Protocol, OperationModel? Operation, string? OperationName, string? Version = null)
{
    /// <summary>Told by headers and path. The query protocols name their operation in the body: see <see cref="WithBody"/>.</summary>
    public static Route Of(WireInput request, string? signingName, ServiceTable services)
    {
        if (request.Headers["X-Amz-Target"] is [{ } target, ..]) return ByTarget(request, target, signingName, services);
        return new(services.Find(signingName, null, null), AwsJsonProtocol.Json11, null, null);
    }

    public Route WithBody(WireInput request, string? signingName, ServiceTable services) => this;

    private static Route ByTarget(WireInput request, string target, string? signingName, ServiceTable services)
    {
        var dot = target.LastIndexOf('.');
        var service = services.Find(signingName, dot < 0 ? null : target[..dot], null);
        var name = target[(dot + 1)..];
        var protocol = request.Headers.ContentType is [{ } type, ..] && type.StartsWith("application/x-amz-json-1.0", StringComparison.OrdinalIgnoreCase)
            ? AwsJsonProtocol.Json10 : AwsJsonProtocol.Json11;
        var isTheirs = service is not null && dot >= 0 && target.AsSpan(0, dot).SequenceEqual(service.Model.TargetPrefix);
        return new(service, protocol, isTheirs ? service?.Model.Find(name) : null, name);
    }
}
