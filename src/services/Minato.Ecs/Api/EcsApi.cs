using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>The ECS API: writes intent and answers at once. One partial file a resource noun.</summary>
internal sealed partial class EcsApi(
    Store store, TimeProvider clock, Ids ids, PageTokens tokens, HostFacts host, ServiceSurroundings surroundings, ConnectNamespaces namespaces, PlacementBook placement,
    AgentDesk agents, EcsOptions options, ExecSessions sessions, TaskEngines engines) : IEcs
{
    private EcsQuotas Quotas => options.Quotas;

    private static Task<T> Answer<T>(T answer) => Task.FromResult(answer);

    private DateTimeOffset Now => clock.GetUtcNow();
}
