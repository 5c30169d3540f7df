using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Ecs.State;

namespace Minato.Ecs.Events;

/// <summary>An event for the default bus.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Mark">What it tells of.</param>
/// <param name="Version">How much is told with it: one that is not above the mark was told before.</param>
internal sealed record EcsEvent(AccountRegion Scope, string Mark, long Version, string DetailType, string Resource, JsonObject Detail)
{
    public ImmutableArray<string> Resources => [Resource];
}
