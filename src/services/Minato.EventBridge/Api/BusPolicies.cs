using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

/// <summary>Policies and tags of buses, and tags of rules, for the place where every call is looked at.</summary>
internal sealed class BusPolicies(Store store) : IResourcePolicies
{
    private const string Bus = "event-bus/";
    private const string Rule = "rule/";

    // By the very text: it stays the same object until the bus gets another one.
    private readonly ConditionalWeakTable<string, PolicyDocument> _read = [];

    public string Service => "events";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed)) return null;
        var home = new Home(parsed.AccountId, parsed.Region);
        if (parsed.Resource.StartsWith(Bus, StringComparison.Ordinal))
        {
            return store.Current.FindBus(new(home, parsed.Resource[Bus.Length..])) is not { } bus ? null : new(arn)
            {
                Policy = bus.Policy is { Length: > 0 } text ? _read.GetValue(text, static t => PolicyParser.Parse(t, PolicyKind.Resource)) : null, Tags = bus.Tags,
            };
        }
        if (!parsed.Resource.StartsWith(Rule, StringComparison.Ordinal)) return null;
        var key = parsed.Resource[Rule.Length..].Split('/', 2) is [var name, var rest] ? new RuleKey(new(home, name), rest) : new(new(home, BusKey.Default), parsed.Resource[Rule.Length..]);
        return store.Current.Find(EventTables.Rules, key) is { } rule ? new(arn) { Tags = rule.Tags } : null;
    }
}
