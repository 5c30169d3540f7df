using System.Collections.Immutable;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>Whether a call may be made: the same for what clients send and for what rooms do in somebody's name.</summary>
/// <param name="authorizer">Null where nobody knows policies: then all is allowed that keys are good for.</param>
/// <param name="tokens">For what EC2 encodes.</param>
internal sealed class Admission(IAuthorizer? authorizer, PageTokens? tokens)
{
    /// <returns>What policies were asked, and in the service's words why the call is refused; null when it may be made.</returns>
    public (ImmutableArray<AuthorizedAction> Actions, AwsException? Refusal) Of(ErrorStyle style, Caller caller, ServiceModel service, OperationModel operation, IShape request)
    {
        if (SessionLimits.Refusal(caller, service, operation) is { } limited) return ([], limited);
        if (authorizer is null) return ([], null);
        var actions = authorizer.Decide(caller, service, operation, request);
        return (actions, actions is [.., { IsAllowed: false } refused] ? Denial.Of(style, service, caller, refused, tokens) : null);
    }
}
