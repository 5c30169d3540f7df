using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var tags = Tagged(caller, request.ResourceARN) is var (bus, rule) && rule is null ? FindBus(state, bus).Tags : FindRule(state, rule).Tags;
        return Task.FromResult(new ListTagsForResourceResponse { Tags = Tagging.ToWire(tags) });
    }

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await RetagAsync(caller, request.ResourceARN, t => Tagging.Add(t, request.Tags), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await RetagAsync(caller, request.ResourceARN, t => t.RemoveRange(request.TagKeys), ct);
        return new();
    }

    private async ValueTask RetagAsync(Caller caller, string arn, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, CancellationToken ct)
    {
        var (bus, rule) = Tagged(caller, arn);
        await store.UpdateAsync(tx =>
        {
            if (rule is null) tx.Put(EventTables.Buses, FindBus(tx, bus) is var b ? b with { Tags = change(b.Tags) } : b);
            else tx.Put(EventTables.Rules, FindRule(tx, rule) is var r ? r with { Tags = change(r.Tags) } : r);
        }, ct);
    }

    /// <summary>Only buses and rules have tags.</summary>
    private static (BusKey Bus, RuleKey? Rule) Tagged(Caller caller, string text)
    {
        if (Arn.TryParse(text, out var arn) && arn.Service == "events" && arn.AccountId == caller.AccountId)
        {
            var home = new Home(arn.AccountId, arn.Region);
            switch (arn.Resource.Split('/'))
            {
                case ["event-bus", var bus]:
                    return (new(home, bus), null);
                case ["rule", var rule]:
                    return (new(home, BusKey.Default), new(new(home, BusKey.Default), rule));
                case ["rule", var bus, var rule]:
                    return (new(home, bus), new(new(home, bus), rule));
            }
        }

        throw EventErrors.Validation($"Parameter {text} is not valid. Reason: Provided Arn is not in correct format.");
    }
}
