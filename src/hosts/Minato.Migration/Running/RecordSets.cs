using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Aws.Shapes;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Route53;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>
/// An entry that is a record of Route 53: a weighted pair, changed in one batch. In force when Route 53 says so and caches have forgotten
/// what was there before.
/// </summary>
internal sealed class RecordSets(MigrationPlan plan, RecordEntry entry, MigrationAws aws, Sides sides) : IEntry
{
    private const int Whole = 100;
    private const long AliasTtl = 60; // AWS: what an alias to a load balancer is answered with.
    private const string TestWasThere = "found";
    private const long Propagation = 60; // AWS: a change is on all servers within that, normally.

    /// <summary>By its name, and not by its id.</summary>
    private bool IsZoneNamed => entry.Zone.Contains('.', StringComparison.Ordinal);

    private string OldId => $"{plan.Name}-old";

    private string NewId => $"{plan.Name}-new";

    public async Task<StepResult> LookAsync(MigrationState state, CancellationToken ct)
    {
        var zones = await ZonesAsync(ct);
        if (zones is not [var zone]) return new StepResult.Rejected(zones.IsEmpty ? $"there is no hosted zone {entry.Zone}." : $"there are {zones.Length} hosted zones {entry.Zone}: name one by its id, {string.Join(" or ", zones)}.");
        if (plan.Test.Host is { } test && IsZoneNamed && !$".{NameOf(test)}".EndsWith($".{NameOf(entry.Zone)}", StringComparison.Ordinal)) return new StepResult.Rejected($"the test domain {test} is not in the hosted zone {entry.Zone}: that is where its record goes.");
        if (await sides.FindBalancerAsync(entry.LoadBalancer, ct) is not { LoadBalancerArn: { } arn } balancer) return new StepResult.Rejected($"there is no load balancer {entry.LoadBalancer}.");
        if (balancer.Type is not (null or LoadBalancerTypeEnum.Application)) return new StepResult.Rejected($"{entry.LoadBalancer} is no Application Load Balancer: nothing would count its requests.");
        var groups = await sides.LookAsync("", ct);
        if (groups.Refusal is { } refusal) return new StepResult.Rejected(refusal);
        if (!(await sides.BalancersOfAsync(groups.New, ct)).Contains(arn)) return new StepResult.Rejected($"{entry.LoadBalancer} forwards nothing to the new side's target group: give one of its listeners a rule that does.");
        var live = await ReadAsync(zone, entry.Name, ct);
        if (Refuse(live) is { } why) return new StepResult.Rejected(why);
        return StepResult.Ok(
            Words(live) + await OtherFamilyAsync(zone, ct), (Known.Zone, zone), (Known.OldGroup, groups.Old), (Known.NewGroup, groups.New), (Known.NewBalancer, Known.DimensionOf(arn)),
            (Known.OldBalancer, plan.Old.ClassicLoadBalancer is { } classic ? Known.Classic + classic : groups.Old.Length > 0 ? (await sides.BalancersOfAsync(groups.Old, ct)).Select(Known.DimensionOf).FirstOrDefault("") : ""),
            (Known.AliasZone, balancer.CanonicalHostedZoneId ?? ""), (Known.AliasName, balancer.DNSName ?? ""), (Known.TestRecord, await TestRecordAsync(state, zone, ct)), (Known.Found, FoundBefore(state, zone, live) ?? ToJson(live)));
    }

    public async Task<StepResult> LowerTtlAsync(MigrationState state, CancellationToken ct)
    {
        var live = await ReadAsync(state.Facts[Known.Zone], entry.Name, ct);
        if (live is not [{ SetIdentifier: null, AliasTarget: null, TTL: { } ttl } simple]) return StepResult.Ok("no cache keeps it for longer", (Known.Ttl, Text(0)), (Known.Change, ""));
        // A runner that died may have lowered it and not have said so: caches keep what was found.
        if (ttl <= Ttl && FromJson(state.Facts[Known.Found]) is [{ TTL: { } before }] && before > ttl) return Done("it was lowered already", before);
        if (ttl <= Ttl) return StepResult.Ok("no cache keeps it for longer", (Known.Ttl, Text(0)), (Known.Change, ""));
        return await ChangeAsync(state, [Set(ChangeAction.Upsert, simple with { TTL = Ttl })], ttl, $"from {ttl.ToString(CultureInfo.InvariantCulture)} to {Text(Ttl)} seconds", ct);
    }

    public async Task<string?> StrangeAsync(MigrationState state, CancellationToken ct)
    {
        var live = await ReadAsync(state.Facts[Known.Zone], entry.Name, ct);
        return WeightOf(live) == state.Weight ? null : Strange(live, Expected(state)).Why;
    }

    public async Task<StepResult> PairAsync(MigrationState state, CancellationToken ct)
    {
        var live = await ReadAsync(state.Facts[Known.Zone], entry.Name, ct);
        if (WeightOf(live) is 0) return Done("the record was a weighted pair already", TtlOf(live));
        var found = FromJson(state.Facts[Known.Found]);
        if (live is not [{ SetIdentifier: null } simple] || !(ToJson([simple]) == ToJson(found) || ToJson([simple]) == ToJson([.. found.Select(Lowered)]))) return Strange(live, Words(found));
        var old = simple with { SetIdentifier = OldId, Weight = Whole };
        var @new = New(state) with { SetIdentifier = NewId, Weight = 0 };
        if (@new.TTL is not null) @new = @new with { TTL = simple.TTL ?? Ttl }; // AWS: weighted records have one TTL; what was found may be shorter than the plan's.
        return await ChangeAsync(state, [Set(ChangeAction.Delete, simple), Set(ChangeAction.Create, old), Set(ChangeAction.Create, @new)], simple.TTL ?? AliasTtl, "100 % old and 0 % new", ct);
    }

    public async Task<StepResult> ShiftAsync(MigrationState state, int weight, CancellationToken ct)
    {
        var live = await ReadAsync(state.Facts[Known.Zone], entry.Name, ct);
        var now = WeightOf(live);
        if (now == weight) return Done("the weights were so already", TtlOf(live));
        if (now is null || !(state.Possible.Contains(now.Value) || state.AcceptsWeights || (state.IsForced && weight == 0)))
            return Strange(live, Expected(state));
        ImmutableArray<Change> changes = [.. live.Select(r => Set(ChangeAction.Upsert, r with { Weight = r.SetIdentifier == NewId ? weight : Whole - weight }))];
        return await ChangeAsync(state, changes, TtlOf(live), FormattableString.Invariant($"{Whole - weight} % old and {weight} % new"), ct);
    }

    public async Task<StepResult> SingleAsync(MigrationState state, CancellationToken ct)
    {
        var live = await ReadAsync(state.Facts[Known.Zone], entry.Name, ct);
        if (live is [{ SetIdentifier: null } only] && ToJson([only]) == ToJson([New(state)])) return Done("the new side was alone already", Math.Max(Ttl, AliasTtl));
        if (WeightOf(live) is not Whole && !state.AcceptsWeights) return Strange(live, "0 % old and 100 % new");
        return await ChangeAsync(state, [.. live.Select(r => Set(ChangeAction.Delete, r)), Set(ChangeAction.Create, New(state))], TtlOf(live), "the record is the new side's alone", ct);
    }

    public async Task<StepResult> RestoreAsync(MigrationState state, CancellationToken ct)
    {
        if (!state.Facts.TryGetValue(Known.Found, out var json)) return StepResult.Ok("nothing was touched");
        var (found, live) = (FromJson(json), await ReadAsync(state.Facts[Known.Zone], entry.Name, ct));
        if (ToJson(live) == json) return Done("the record is as it was found", Math.Max(Ttl, AliasTtl));
        var isOurs = WeightOf(live) is 0 || ToJson(live) == ToJson([.. found.Select(Lowered)]);
        if (!isOurs) return Strange(live, "100 % old and 0 % new");
        return await ChangeAsync(state, [.. live.Select(r => Set(ChangeAction.Delete, r)), .. found.Select(r => Set(ChangeAction.Create, r))], TtlOf(live), "the record is as it was found", ct);
    }

    public async Task<StepResult> OpenTestAsync(MigrationState state, CancellationToken ct)
    {
        if (plan.Test.Host is not { } host) return StepResult.Ok();
        var wanted = New(state) with { Name = NameOf(host) };
        var there = await ReadAsync(state.Facts[Known.Zone], wanted.Name, ct);
        if (ToJson(there) == ToJson([wanted])) return StepResult.Ok($"{host} → new");
        if (!there.IsEmpty) return new StepResult.Foreign($"{host} is there already, with {Words(there)}.");
        await aws.Route53.ChangeResourceRecordSetsAsync(new() { HostedZoneId = state.Facts[Known.Zone], ChangeBatch = new() { Changes = [Set(ChangeAction.Create, wanted)] } }, aws.GlobalCaller, ct);
        return StepResult.Ok($"{host} → new");
    }

    public async Task<StepResult> CloseTestAsync(MigrationState state, CancellationToken ct)
    {
        if (plan.Test.Host is not { } host || !state.Facts.TryGetValue(Known.Zone, out var zone)) return StepResult.Ok();
        // A record that was there before the migration is none of its doing.
        if (state.Facts.GetValueOrDefault(Known.TestRecord) is TestWasThere) return StepResult.Ok($"{host} was there before, and stays");
        var there = await ReadAsync(zone, NameOf(host), ct);
        if (ToJson(there) != ToJson([New(state) with { Name = NameOf(host) }])) return StepResult.Ok();
        await aws.Route53.ChangeResourceRecordSetsAsync(new() { HostedZoneId = zone, ChangeBatch = new() { Changes = [Set(ChangeAction.Delete, there[0])] } }, aws.GlobalCaller, ct);
        return StepResult.Ok($"{host} is removed");
    }

    public async Task<StepResult> InSyncAsync(MigrationState state, CancellationToken ct)
    {
        if (state.Facts.GetValueOrDefault(Known.Change) is not { Length: > 0 } change) return StepResult.Ok();
        var status = (await aws.Route53.GetChangeAsync(new() { Id = change }, aws.GlobalCaller, ct)).ChangeInfo.Status;
        return status is ChangeStatus.Insync ? StepResult.Ok() : new StepResult.Again($"Route 53 says {status.ToWire()}");
    }

    private long Ttl => (long)entry.Ttl.TotalSeconds;

    private RRType Type => entry.Type switch { "AAAA" => RRType.Aaaa, "CNAME" => RRType.Cname, _ => RRType.A };

    private string? Refuse(ImmutableArray<ResourceRecordSet> live) => live switch
    {
        [] => $"there is no record {entry.Name} of type {entry.Type}: create it for the old side first.",
        [{ SetIdentifier: null }] => null,
        _ when WeightOf(live) is 0 => null,
        _ when WeightOf(live) is { } weight => FormattableString.Invariant($"users see the new side already: {weight} %."),
        _ => $"the record is not a simple one: {Words(live)}.",
    };

    /// <summary>The record of the new side alone.</summary>
    private ResourceRecordSet New(MigrationState state) => Type is RRType.Cname
        ? new() { Name = entry.Name, Type = Type, TTL = Ttl, ResourceRecords = [new() { Value = state.Facts[Known.AliasName] }] }
        : new() { Name = entry.Name, Type = Type, AliasTarget = new() { HostedZoneId = state.Facts[Known.AliasZone], DNSName = state.Facts[Known.AliasName].TrimEnd('.').ToLowerInvariant() + ".", EvaluateTargetHealth = false } };

    private ResourceRecordSet Lowered(ResourceRecordSet found) => found.TTL > Ttl ? found with { TTL = Ttl } : found;

    /// <returns>Percent of the new side; null when it is not our pair.</returns>
    private int? WeightOf(ImmutableArray<ResourceRecordSet> live)
    {
        if (live.Length != 2 || live.FirstOrDefault(r => r.SetIdentifier == OldId) is not { Weight: { } old } || live.FirstOrDefault(r => r.SetIdentifier == NewId) is not { Weight: { } @new }) return null;
        return old + @new > 0 && Whole * @new % (old + @new) == 0 ? (int)(Whole * @new / (old + @new)) : null;
    }

    private StepResult.Foreign Strange(ImmutableArray<ResourceRecordSet> live, string expected) =>
        new($"somebody else changed the entry: {entry.Name} has {Words(live)}, where {expected} is expected. Put that back and resume, or resume with --accept-weights, or retreat.");

    private static string Words(ImmutableArray<ResourceRecordSet> live) => live.IsEmpty ? "no record" : string.Join(", ", live.Select(r =>
        (r.SetIdentifier is { } id ? FormattableString.Invariant($"{id} {r.Weight} ") : "") + (r.AliasTarget is { } alias ? $"an alias to {alias.DNSName}" : string.Join(' ', (r.ResourceRecords ?? []).Select(v => v.Value)))));

    private async Task<StepResult> ChangeAsync(MigrationState state, ImmutableArray<Change> changes, long ttl, string words, CancellationToken ct)
    {
        var request = new ChangeResourceRecordSetsRequest { HostedZoneId = state.Facts[Known.Zone], ChangeBatch = new() { Comment = $"minato migrate {plan.Name}", Changes = changes } };
        var answer = await aws.Route53.ChangeResourceRecordSetsAsync(request, aws.GlobalCaller, ct);
        return StepResult.Ok(words, (Known.Change, answer.ChangeInfo.Id.Split('/')[^1]), (Known.Ttl, Text(ttl)));
    }

    private static Change Set(ChangeAction action, ResourceRecordSet record) => new() { Action = action, ResourceRecordSet = record };

    /// <summary>A change of which nobody wrote down the id: as if it were of just now.</summary>
    private static StepResult Done(string words, long ttl) => StepResult.Ok(words, (Known.Change, ""), (Known.Ttl, Text(ttl + Propagation)));

    private static long TtlOf(ImmutableArray<ResourceRecordSet> live) => live.Max(r => r.TTL ?? AliasTtl);

    private static string Expected(MigrationState state) => FormattableString.Invariant($"{Whole - state.Weight} % old and {state.Weight} % new");

    // Route 53 keeps names in small letters, with the dot at the end.
    private static string NameOf(string host) => host.TrimEnd('.').ToLowerInvariant() + ".";

    /// <summary>What an earlier attempt found, while the record is as that one left it.</summary>
    private string? FoundBefore(MigrationState state, string zone, ImmutableArray<ResourceRecordSet> live) =>
        state.Facts.GetValueOrDefault(Known.Found) is { } json && state.Facts.GetValueOrDefault(Known.Zone) == zone && FromJson(json) is [var found] && found.Name == live[0].Name && found.Type == Type
        && (WeightOf(live) is 0 || ToJson(live) == ToJson([Lowered(found)])) ? json : null;

    /// <summary>Users of the other kind of addresses have a record of their own.</summary>
    private async Task<string> OtherFamilyAsync(string zone, CancellationToken ct)
    {
        if (Type is RRType.Cname) return "";
        var other = Type is RRType.A ? RRType.Aaaa : RRType.A;
        return (await ReadAsync(zone, entry.Name, other, ct)).IsEmpty ? "" : $"; users of the name's {other.ToWire()} record stay where they are";
    }

    /// <summary>Records have no tags: whose the test domain's is has to be known before there is one of the migration's own.</summary>
    private async Task<string> TestRecordAsync(MigrationState state, string zone, CancellationToken ct) => state.Facts.GetValueOrDefault(Known.TestRecord)
        ?? (plan.Test.Host is { } host && (await ReadAsync(zone, NameOf(host), ct)).Length > 0 ? TestWasThere : "none");

    /// <summary>Ids. AWS lets several zones have one name: a private one beside the public one, for example.</summary>
    private async Task<ImmutableArray<string>> ZonesAsync(CancellationToken ct)
    {
        if (!IsZoneNamed) return [entry.Zone];
        var name = NameOf(entry.Zone);
        var zones = (await aws.Route53.ListHostedZonesByNameAsync(new() { DNSName = name }, aws.GlobalCaller, ct)).HostedZones;
        return [.. zones.Where(z => string.Equals(z.Name, name, StringComparison.OrdinalIgnoreCase)).Select(z => z.Id.Split('/')[^1])];
    }

    // All of one name and type lie together: a page holds three times as many as a group may have.
    private Task<ImmutableArray<ResourceRecordSet>> ReadAsync(string zone, string name, CancellationToken ct) => ReadAsync(zone, name, Type, ct);

    private async Task<ImmutableArray<ResourceRecordSet>> ReadAsync(string zone, string name, RRType type, CancellationToken ct)
    {
        var page = await aws.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone, StartRecordName = name, StartRecordType = type }, aws.GlobalCaller, ct);
        // AWS writes the star of a wildcard as an octal number: here a name is written as the plan has it.
        return [.. page.ResourceRecordSets.Where(r => string.Equals(r.Name.Replace("\\052", "*", StringComparison.Ordinal), name, StringComparison.OrdinalIgnoreCase) && r.Type == type).Select(r => r with { Name = name })];
    }

    private static string ToJson(ImmutableArray<ResourceRecordSet> records) => new JsonArray([.. records.Select(r => JsonNode.Parse(ShapeJson.Write(r).Span))]).ToJsonString();

    private static ImmutableArray<ResourceRecordSet> FromJson(string json) =>
        [.. (JsonNode.Parse(json) as JsonArray ?? []).OfType<JsonNode>().Select(r => ShapeJson.Read<ResourceRecordSet>(Encoding.UTF8.GetBytes(r.ToJsonString())))];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
