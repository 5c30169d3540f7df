using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private static string Fingerprint(IShape request) => Convert.ToHexStringLower(SHA256.HashData(ShapeJson.Write(request).Span));

    /// <returns>The tasks of the first request with this token; null when it is the first.</returns>
    private static ImmutableArray<EcsTask>? Repeated(
        Transaction ecs, ClusterKey cluster, string operation, string? token, string fingerprint)
    {
        if (string.IsNullOrEmpty(token) || ecs.Find(EcsTables.ClientTokens, new(cluster, operation, token)) is not { } before) return null;
        if (before.Request != fingerprint)
        {
            throw new ConflictException("The client token was used with a different request.") { ResourceIds = before.Resources };
        }

        return [.. before.Resources
            .Select(arn => ecs.Find(EcsTables.Tasks, References.TaskKeyOf(cluster, arn))).OfType<TaskState>()
            .Select(t => t.ToWire(ecs.Find(EcsTables.TaskDefinitions, t.TaskDefinition), withTags: true))];
    }

    private void Remember(
        Transaction ecs, ClusterKey cluster, string operation, string? token, string fingerprint, ImmutableArray<EcsTask> tasks)
    {
        if (string.IsNullOrEmpty(token)) return;
        ecs.Put(EcsTables.ClientTokens, new ClientTokenState
        {
            Key = new(cluster, operation, token),
            Request = fingerprint,
            Resources = [.. tasks.Select(t => t.TaskArn ?? "")],
            At = Now,
        });
    }
}
