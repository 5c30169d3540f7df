using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.Reading;
using Minato.CloudWatch.Reconcile;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

/// <summary>CloudWatch: alarms in the store, points and history in the append log.</summary>
internal sealed partial class CloudWatchApi(Store store, IAppendLog log, AlarmBook book, MetricReader reader, PageTokens tokens, TimeProvider clock) : ICloudWatch
{
    private static AlarmState Find(IReadState state, Caller caller, string name) =>
        state.Find(CloudWatchTables.Alarms, new AlarmKey(Home.Of(caller), name)) ?? throw new ResourceNotFound($"Alarm {name} does not exist");

    private string? Position(string operation, string? token) => string.IsNullOrEmpty(token) ? null
        : tokens.Decode(operation, token) ?? throw new InvalidNextToken("The token is not valid.");

    private (ImmutableArray<T> Items, string? Next) Page<T>(string operation, IEnumerable<T> rest, int size, Func<T, string> position)
    {
        var items = rest.Take(size + 1).ToImmutableArray();
        return items.Length <= size ? (items, null) : (items.RemoveAt(size), tokens.Encode(operation, position(items[size - 1])));
    }

    private ValueTask TellAsync(AlarmKey alarm, AlarmHistory line, CancellationToken ct) => book.WriteAsync(alarm, [line], ct);
}
