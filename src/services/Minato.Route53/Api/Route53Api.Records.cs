using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Record sets.
internal sealed partial class Route53Api
{
    private const int MostChangedValues = 1000;
    private const int MostCharacters = 32_000;

    public async Task<ChangeResourceRecordSetsResponse> ChangeResourceRecordSetsAsync(ChangeResourceRecordSetsRequest request, Caller caller, CancellationToken ct)
    {
        FindOwn(store.Current, caller, request.HostedZoneId);
        DemandSize(request.ChangeBatch);
        foreach (var one in request.ChangeBatch.Changes) RecordRules.Demand(one);
        var change = await store.UpdateAsync(tx =>
        {
            var zone = FindOwn(tx, caller, request.HostedZoneId);
            // What the body wrote goes with what it throws: all of it or nothing.
            var faults = new ChangeBatchRun(tx, zone).Run(request.ChangeBatch.Changes);
            if (tx.Count(Route53Tables.RecordsByZone, zone.Id) > MostRecords) faults.Add($"Limits Exceeded: MAX_RRSETS_BY_ZONE - Cannot create more than {MostRecords} resource record sets.");
            if (faults.Count > 0) throw Refused(faults);
            return PutChange(tx, caller.AccountId, request.ChangeBatch.Comment);
        }, ct);
        return new() { ChangeInfo = change.ToWire(ChangeStatus.Pending) };
    }

    public Task<ListResourceRecordSetsResponse> ListResourceRecordSetsAsync(ListResourceRecordSetsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var zone = FindZone(state, caller, request.HostedZoneId);
        if (request.StartRecordType is not null && request.StartRecordName is null) throw new InvalidInput("The input is not valid: a StartRecordType needs a StartRecordName.");
        if (request.StartRecordIdentifier is not null && request.StartRecordType is null) throw new InvalidInput("The input is not valid: a StartRecordIdentifier needs a StartRecordType.");
        var size = PageSize(request.MaxItems, RecordsPage);
        var page = From(state, zone, request).Take(size + 1).ToImmutableArray();
        var next = page.Length > size ? page[size].Set : null;
        return Task.FromResult(new ListResourceRecordSetsResponse
        {
            ResourceRecordSets = [.. page.Take(size).Select(r => r.Set)], IsTruncated = next is not null, MaxItems = Shown(size),
            NextRecordName = next?.Name, NextRecordType = next?.Type, NextRecordIdentifier = next?.SetIdentifier,
        });
    }

    public Task<TestDNSAnswerResponse> TestDNSAnswerAsync(TestDNSAnswerRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var zone = FindZone(state, caller, request.HostedZoneId);
        if (!DnsName.TryParse(request.RecordName, out var name)) throw new InvalidInput($"The record name {request.RecordName} is not valid.");
        if (!zone.Domain.Holds(name)) throw new InvalidInput($"The record name {request.RecordName} is not in zone {zone.Name}");
        var source = System.Net.IPAddress.TryParse(request.EDNS0ClientSubnetIP ?? request.ResolverIP, out var address) ? DnsSource.Of(address).Address : 0;
        var reply = new DnsReply((ulong)ids.Next(int.MaxValue));
        answers.Table.Answer(zone.Id, zone.Domain, name, RecordTypes.Number(request.RecordType), source, reply);
        return Task.FromResult(new TestDNSAnswerResponse
        {
            Nameserver = zone.NameServers[0], RecordName = request.RecordName, RecordType = request.RecordType, Protocol = "UDP",
            ResponseCode = reply.Result switch { DnsResult.Success => "NOERROR", DnsResult.NoSuchName => "NXDOMAIN", _ => "SERVFAIL" },
            RecordData = [.. reply.Answers.Select(a => RecordText.Of(a.Type, a.Data))],
        });
    }

    private static IEnumerable<RecordState> From(IReadState state, ZoneState zone, ListResourceRecordSetsRequest request)
    {
        if (request.StartRecordName is not { } text) return state.Where(Route53Tables.RecordsByZone, zone.Id);
        if (!DnsName.TryParse(text, out var name)) throw new InvalidInput($"The record name {text} is not valid.");
        var start = new RecordKey(zone.Id, RecordKey.Reversed(name), request.StartRecordType?.ToWire() ?? "", request.StartRecordIdentifier ?? "");
        var rest = state.After(Route53Tables.RecordsByZone, zone.Id, start);
        return state.Find(Route53Tables.Records, start) is { } first ? rest.Prepend(first) : rest;
    }

    // AWS: an UPSERT counts twice.
    private static void DemandSize(ChangeBatch batch)
    {
        long values = 0, characters = 0;
        foreach (var change in batch.Changes)
        {
            var factor = change.Action == ChangeAction.Upsert ? 2 : 1;
            var records = change.ResourceRecordSet.ResourceRecords ?? [];
            values += factor * (change.ResourceRecordSet.AliasTarget is null ? records.Length : 1);
            characters += factor * records.Sum(r => (long)r.Value.Length);
        }

        if (values > MostChangedValues) throw Refused([$"Number of records limit of {MostChangedValues} exceeded."]);
        if (characters > MostCharacters) throw Refused([$"Number of characters in RDATA limit of {MostCharacters} exceeded."]);
    }

    private static InvalidChangeBatch Refused(IReadOnlyCollection<string> faults) => new($"[{string.Join(", ", faults)}]") { Messages = [.. faults] };
}
