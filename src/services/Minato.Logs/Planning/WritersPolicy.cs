using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Planning;

/// <summary>Resource policies: which services may make streams and put events. AWS: they are asked about services alone; of everybody else IAM knows.</summary>
internal static class WritersPolicy
{
    // It writes for the execution role of a task, which is what it asks about; no policy of AWS's names it.
    private const string Ecs = "ecs.amazonaws.com";

    /// <exception cref="AwsException">The caller is a service that no policy lets do it.</exception>
    public static void Demand(IReadState state, Caller caller, string action, StreamKey stream)
    {
        if (!caller.IsService || caller.PrincipalArn == Ecs) return;
        var keys = new List<(string, ImmutableArray<string>)> { ("aws:SourceAccount", [caller.AccountId]) };
        if (caller.SourceArn is { } source) keys.Add(("aws:SourceArn", [source]));
        var context = new AuthorizationContext
        {
            Principal = new("", caller.PrincipalArn, Service: caller.PrincipalArn), Action = action, Resource = stream.Arn, ResourceAccountId = stream.Group.AccountId,
            Keys = AuthorizationContext.KeysOf(keys),
        };
        var documents = state.Where(LogsTables.PoliciesByHome, stream.Group.Home).Where(p => p.Key.On is null || p.Key.On == stream.Group.Arn)
            .Select(p => PolicyParser.Parse(p.Document, PolicyKind.Resource)).ToArray();
        var start = $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {stream.Arn}";
        if (Array.Exists(documents, d => d.Find(allows: false, context) is not null))
            throw new AwsException("AccessDeniedException", $"{start} with an explicit deny in a resource-based policy");
        if (!Array.Exists(documents, d => d.Find(allows: true, context) is not null))
            throw new AwsException("AccessDeniedException", $"{start} because no resource-based policy allows the {action} action");
    }
}
