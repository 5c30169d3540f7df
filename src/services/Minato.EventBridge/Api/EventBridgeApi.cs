using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

/// <summary>EventBridge. Operations write; what they accept is delivered by reconcilers.</summary>
internal sealed partial class EventBridgeApi(Store store, EventRouter router, IAppendLog log, PageTokens tokens, Ids ids, TimeProvider clock) : IEventbridge
{
    private const int PageSize = 100;

    private static BusState FindBus(IReadState state, BusKey key) => state.FindBus(key) ?? throw EventErrors.NoBus(key.Name);

    private static RuleRecord FindRule(IReadState state, RuleKey key)
    {
        FindBus(state, key.Bus);
        return state.Find(EventTables.Rules, key) ?? throw EventErrors.NoRule(key);
    }

    private static RuleKey RuleOf(Caller caller, string? bus, string name) => new(BusKey.Of(caller, bus), name);

    private string? Position(string operation, string? token) => string.IsNullOrEmpty(token) ? null
        : tokens.Decode(operation, token) ?? throw EventErrors.Validation("The NextToken is not valid.");

    private (ImmutableArray<T> Items, string? Next) Page<T>(string operation, IEnumerable<T> all, string? token, int? limit, Func<T, string> position)
    {
        var after = Position(operation, token);
        var size = limit ?? PageSize;
        var items = all.Where(i => after is null || string.CompareOrdinal(position(i), after) > 0).Take(size + 1).ToImmutableArray();
        return items.Length <= size ? (items, null) : (items.RemoveAt(size), tokens.Encode(operation, position(items[size - 1])));
    }

    private static bool HasPrefix(string name, string? prefix) => prefix is null || name.StartsWith(prefix, StringComparison.Ordinal);
}
