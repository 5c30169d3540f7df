using System.Text;
using Minato.Aws.Protocols;

namespace Minato.Aws.Dispatch;

/// <summary>Where a request goes: service, protocol and operation, as far as it could be told.</summary>
internal sealed record Route(ServedService? Service, WireProtocol Protocol, OperationModel? Operation, string? OperationName, string? Version = null,
    AwsException? Fault = null)
{
    private const string RpcPrefix = "/service/";

    /// <summary>Told by headers, path and query. A query request names its operation in the body: see <see cref="WithBody"/>.</summary>
    public static Route Of(WireInput request, string? signingName, ServiceTable services)
    {
        if (request.Headers["X-Amz-Target"] is [{ } target, ..]) return ByTarget(request, target, signingName, services);
        if (request.Headers.ContainsKey("smithy-protocol")) return ByRpcPath(request, signingName, services);
        var service = services.Find(signingName, null, null);
        var isForm = IsForm(request) || request.Query.Contains("Action=", StringComparison.Ordinal);
        if (service?.Rest is { } router && !isForm)
        {
            return ByPath(request, service, router);
        }
        if (isForm || service?.SpeaksQuery is true) return new(service, Forms(service), null, null);
        return new(service, service?.Model.Protocols is [AwsProtocol.AwsJson10, ..] ? AwsJsonProtocol.Json10 : AwsJsonProtocol.Json11, null, null);
    }

    /// <summary>Completes the route of a query request. Some clients send the form as a GET request's query.</summary>
    public Route WithBody(WireInput request, string? signingName, ServiceTable services)
    {
        if (Protocol.Errors is not (ErrorStyle.Query or ErrorStyle.Ec2)) return this;
        var form = QueryParameters.Parse(request.Body.IsEmpty ? Encoding.UTF8.GetBytes(request.Query) : request.Body.Span);
        request.Form = form;
        var (action, version) = (form.Find("Action"), form.Find("Version"));
        var service = services.Find(signingName, null, version);
        return new(service, Forms(service), action is null || service?.SpeaksQuery is not true ? null : service.Model.Find(action), action, version);
    }

    private static Route ByPath(WireInput request, ServedService service, RestRouter router)
    {
        try
        {
            var operation = router.Find(request.Method, request.RoutePath, request.Query, request.Headers, out var labels);
            request.Labels = labels;
            return new(service, service.RestProtocol, operation, operation?.Name);
        }
        catch (MalformedException)
        {
            return new(service, service.RestProtocol, null, null, Fault: Refusal.BadPath(service.RestProtocol.Errors));
        }
    }

    private static Route ByTarget(WireInput request, string target, string? signingName, ServiceTable services)
    {
        var dot = target.LastIndexOf('.');
        var service = services.Find(signingName, dot < 0 ? null : target[..dot], null);
        var name = target[(dot + 1)..];
        var protocol = request.Headers.ContentType is [{ } type, ..] && type.StartsWith("application/x-amz-json-1.0", StringComparison.OrdinalIgnoreCase)
            ? AwsJsonProtocol.Json10 : AwsJsonProtocol.Json11;
        var isTheirs = service is not null && dot >= 0 && IsPrefix(target.AsSpan(0, dot), service.Model.TargetPrefix);
        return new(service, protocol, isTheirs ? service?.Model.Find(name) : null, name);
    }

    // AWS: CloudTrail's newer clients leave out the package in front of the service's name.
    private static bool IsPrefix(ReadOnlySpan<char> given, ReadOnlySpan<char> known) =>
        given.SequenceEqual(known) || (known.Length > given.Length && known.EndsWith(given, StringComparison.Ordinal) && known[^(given.Length + 1)] == '.');

    // /service/GraniteServiceVersion20100801/operation/PutMetricData
    private static Route ByRpcPath(WireInput request, string? signingName, ServiceTable services)
    {
        var parts = request.Path.StartsWith(RpcPrefix, StringComparison.Ordinal) ? request.Path[RpcPrefix.Length..].Split('/') : [];
        if (parts is not [var name, "operation", var operation]) return new(services.Find(signingName, null, null), CborProtocol.Instance, null, null);
        var service = services.Find(signingName, name, null);
        return new(service, CborProtocol.Instance, service?.SpeaksCbor is true ? service.Model.Find(operation) : null, operation);
    }

    private static WireProtocol Forms(ServedService? service) => service?.Model.Protocols.Contains(AwsProtocol.Ec2Query) is true ? Ec2Protocol.Instance : QueryProtocol.Instance;

    private static bool IsForm(WireInput request) =>
        request.Headers.ContentType is [{ } type, ..] && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
}
