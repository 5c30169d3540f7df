using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>
/// Calls rooms of the same process as the endpoint would: what the caller's policies do not allow is refused in the service's words. For rooms that
/// act with a role's keys; generated clients stand on it.
/// </summary>
/// <param name="rooms">Holds the rooms.</param>
/// <param name="authorizer">Null where nobody knows policies: then all is allowed.</param>
/// <param name="tokens">For what EC2 encodes.</param>
public sealed class GuardedInvoker(IServiceProvider rooms, IAuthorizer? authorizer, PageTokens? tokens) : IAwsInvoker
{
    public async Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>
    {
        if (authorizer is not null && !Authorizer.IsExempt(caller) && authorizer.Decide(caller, service, operation, request) is [.., { IsAllowed: false } refused])
            throw Denial.Of(WireProtocol.Of(service.Protocols[0], service).Errors, service, caller, refused, tokens);
        var room = rooms.GetService(service.Interface) ?? throw new InvalidOperationException($"Nobody serves {service.ServiceId}.");
        return (TOut)await operation.InvokeAsync(room, request, caller, ct);
    }
}
