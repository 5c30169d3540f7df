using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>
/// Calls rooms of the same process as the endpoint would: what the caller's policies do not allow is refused in the service's words, and whoever observes
/// calls is told. For rooms that act in somebody's name; generated clients stand on it.
/// </summary>
/// <param name="rooms">Holds the rooms.</param>
/// <param name="authorizer">Null where nobody knows policies: then all is allowed.</param>
/// <param name="tokens">For what EC2 encodes.</param>
public sealed class GuardedInvoker(IServiceProvider rooms, IAuthorizer? authorizer, PageTokens? tokens) : IAwsInvoker
{
    private readonly Admission _admission = new(authorizer, tokens);

    // Not asked for before the first call: observers may be made of rooms.
    private ICallObserver[]? _observers;
    private ICallLedger? _ledger;

    public async Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>
    {
        var endpoint = rooms.GetService<AwsEndpointOptions>();
        if (endpoint is not null) caller = caller with { RequestId = endpoint.NewRequestId() };
        var (actions, refusal) = caller.IsOwnLook && operation.IsReadOnly ? ([], null)
            : _admission.Of(WireProtocol.Of(service.Protocols[0], service).Errors, caller, service, operation, request);
        var call = new CallRecord
        {
            At = endpoint?.Clock.GetUtcNow() ?? default, Service = service, Operation = operation, Request = request,
            // AWS: a record of such a call has the service where a client's has address and program.
            Caller = caller with { SourceIp = caller.SourceIp ?? caller.InvokedBy, UserAgent = caller.UserAgent ?? caller.InvokedBy },
            Actions = actions,
        };
        object? opened = null;
        try
        {
            if (refusal is not null) throw refusal;
            var room = rooms.GetService(service.Interface) ?? throw new InvalidOperationException($"Nobody serves {service.ServiceId}.");
            if (endpoint is not null && !operation.IsReadOnly) opened = Ledger?.Open(call);
            var answer = (TOut)await operation.InvokeAsync(room, request, caller, ct);
            if (endpoint is not null) await ObserveAsync(call with { Response = answer }, opened);
            return answer;
        }
        catch (AwsException e) when (endpoint is not null)
        {
            await ObserveAsync(call with { ErrorCode = e.Code, ErrorMessage = e.HasMessage ? e.Message : null }, opened);
            throw;
        }
    }

    private ICallLedger? Ledger => _ledger ??= rooms.GetService<ICallLedger>();

    private async ValueTask ObserveAsync(CallRecord call, object? opened)
    {
        foreach (var observer in _observers ??= [.. rooms.GetServices<ICallObserver>()]) observer.Observe(call);
        if (Ledger is { } ledger) await ledger.CloseAsync(call, opened);
    }
}
