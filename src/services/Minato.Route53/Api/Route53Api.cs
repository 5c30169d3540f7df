using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.Reconcile;
using Minato.Route53.State;
using ChangeStatus = Minato.Contracts.Route53.ChangeStatus;

namespace Minato.Route53.Api;

/// <summary>Route 53. It belongs to an account and to no region.</summary>
internal sealed partial class Route53Api(
    Store store, IEc2 ec2, AnswersPublisher answers, HealthBoard health, PageTokens tokens, Ids ids, TimeProvider clock) : IRoute53
{
    private const int MostZones = 500;
    private const int MostRecords = 10_000;
    private const int MostVpcs = 300;
    private const int MostHealthChecks = 200;
    private const int MostDelegationSets = 100;
    private const int MostChanges = 10_000; // Of an account; the oldest are forgotten.
    private const int ZonesPage = 100;
    private const int RecordsPage = 300;
    private const string IdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    public Task<GetChangeResponse> GetChangeAsync(GetChangeRequest request, Caller caller, CancellationToken ct)
    {
        var id = ResourceIds.Plain(request.Id);
        var change = store.Current.Where(Route53Tables.ChangesById, id).FirstOrDefault(c => c.Key.AccountId == caller.AccountId)
            ?? throw new NoSuchChange($"Could not find resource with ID: {id}");
        // In sync is what those who answer have taken over.
        var isServed = answers.Applied?.Find(Route53Tables.Changes, change.Key) is not null;
        return Task.FromResult(new GetChangeResponse { ChangeInfo = change.ToWire(isServed ? ChangeStatus.Insync : ChangeStatus.Pending) });
    }

    private string NewId(string prefix, int length) => prefix + string.Create(length, ids, static (text, ids) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = IdLetters[ids.Next(IdLetters.Length)];
    });

    private ChangeState PutChange(Transaction tx, string accountId, string? comment = null)
    {
        var change = new ChangeState(new(accountId, clock.GetUtcNow().UtcTicks, NewId("C", 20)), comment);
        tx.Put(Route53Tables.Changes, change);
        if (tx.Count(Route53Tables.ChangesByAccount, accountId) > MostChanges) tx.Delete(Route53Tables.Changes, tx.Keys(Route53Tables.ChangesByAccount, accountId)[0]);
        return change;
    }

    private static ZoneState FindZone(IReadState state, Caller caller, string id)
    {
        var plain = ResourceIds.Plain(id);
        return state.Find(Route53Tables.Zones, plain) is { } zone && zone.AccountId == caller.AccountId ? zone
            : throw new NoSuchHostedZone($"No hosted zone found with ID: {plain}");
    }

    /// <summary>AWS: what a service made for itself, that service alone may change.</summary>
    private static ZoneState FindOwn(IReadState state, Caller caller, string id)
    {
        var zone = FindZone(state, caller, id);
        return zone.LinkedService is not { } owner || owner == caller.PrincipalArn ? zone
            : throw new AwsException("AccessDenied", $"The resource hostedzone/{zone.Id} can only be managed through {owner}", 403);
    }

    private static int PageSize(string? text, int most)
    {
        if (text is null) return 100;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? Math.Min(size, most)
            : throw new InvalidInput($"Invalid value '{text}' for MaxItems");
    }

    private static string Shown(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A page that begins with the record whose key is the marker, and the key that the next one begins with.</summary>
    private static (ImmutableArray<T> Page, string? Next) Page<T>(IReadState state, Index<string, string, T> index, string accountId, string? marker, int size, Func<T, string> key)
        where T : class
    {
        IEnumerable<T> all = marker is null ? state.Where(index, accountId)
            : state.Where(index, accountId).SkipWhile(r => string.CompareOrdinal(key(r), marker) < 0); // 500 of an account at most.
        var page = all.Take(size + 1).ToImmutableArray();
        return page.Length <= size ? (page, null) : (page[..size], key(page[size]));
    }
}
