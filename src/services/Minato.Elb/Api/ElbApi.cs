using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Reconcile;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi(
    Store store, NetworkFacts network, CertificateFacts certificates, LoopbackAddresses addresses, TimeProvider clock, Ids ids, PageTokens tokens, Hints hints,
    LogBuckets buckets, TrustFacts trust) : IElasticLoadBalancingV2
{
    private const int MostTags = 50;
    private const int MostDescribed = 20;

    private static Home HomeOf(Caller caller) => new(caller.AccountId, caller.Region);

    private static string ArnOf(Caller caller, string resource) =>
        new Arn("elasticloadbalancing", caller.Region, caller.AccountId, resource).ToString();

    private static BalancerState FindBalancer(IReadState state, Caller caller, string arn)
    {
        DemandArn(arn, "loadbalancer", "load balancer");
        return IsOf(caller, arn) && state.Find(ElbTables.Balancers, arn) is { IsClassic: false } balancer ? balancer : throw ElbErrors.BalancerNotFound();
    }

    private static ListenerState FindListener(IReadState state, Caller caller, string arn)
    {
        DemandArn(arn, "listener", "listener");
        return IsOf(caller, arn) && state.Find(ElbTables.Listeners, arn) is { IsClassic: false } listener ? listener : throw ElbErrors.ListenerNotFound();
    }

    private static RuleState FindRule(IReadState state, Caller caller, string arn)
    {
        DemandArn(arn, "listener-rule", "listener rule");
        return IsOf(caller, arn) && state.Find(ElbTables.Rules, arn) is { } rule && state.Find(ElbTables.Listeners, rule.ListenerArn) is { IsClassic: false } ? rule : throw ElbErrors.RuleNotFound();
    }

    private static TargetGroupState FindGroup(IReadState state, Caller caller, string arn)
    {
        DemandArn(arn, "targetgroup", "target group");
        return IsOf(caller, arn) && state.Find(ElbTables.Groups, arn) is { IsClassic: false } group ? group : throw ElbErrors.GroupNotFound();
    }

    private static void DemandArn(string text, string type, string name)
    {
        var isOne = Arn.TryParse(text, out var arn) && arn.Service == "elasticloadbalancing" && arn.Resource.StartsWith(type + "/", StringComparison.Ordinal);
        if (!isOne) throw ElbErrors.Validation($"'{text}' is not a valid {name} ARN");
    }

    /// <summary>Nobody sees what another account or region has, even by its ARN.</summary>
    private static bool IsOf(Caller caller, string arn) =>
        Arn.TryParse(arn, out var parsed) && parsed.AccountId == caller.AccountId && parsed.Region == caller.Region;

    private static RuleState DefaultRuleOf(IReadState state, string listenerArn) =>
        state.Where(ElbTables.RulesByListener, listenerArn).First(r => r.IsDefault);

    private (ImmutableArray<T> Items, string? NextMarker) Page<T>(
        string operation, IEnumerable<T> records, Func<T, string> position, int? pageSize, string? marker)
    {
        const int Most = 400;
        var after = marker is null ? null : tokens.Decode(operation, marker) ?? throw ElbErrors.Validation("The specified marker is not valid");
        var rest = after is null ? records : records.Where(r => string.CompareOrdinal(position(r), after) > 0);
        var size = Math.Clamp(pageSize ?? Most, 1, Most);
        var page = rest.Take(size + 1).ToImmutableArray();
        return page.Length <= size ? (page, null) : (page[..size], tokens.Encode(operation, position(page[size - 1])));
    }

    /// <summary>AWS: what is named in a request is described by twenties; everything there is comes in pages.</summary>
    private static void DemandFew(ImmutableArray<string>? named, string what)
    {
        if (named is { IsDefault: false, Length: > MostDescribed }) throw ElbErrors.Validation($"You cannot describe more than '{MostDescribed}' {what} at a time");
    }

    private static void DemandName(string kind, string name)
    {
        if (name.Length is 0 or > 32) throw ElbErrors.Validation($"{kind} name '{name}' cannot be longer than '32' characters");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-'))
        {
            throw ElbErrors.Validation($"{kind} name '{name}' can only contain characters that are alphanumeric characters or hyphens(-)");
        }
        if (name.StartsWith('-') || name.EndsWith('-')) throw ElbErrors.Validation($"{kind} name '{name}' cannot begin or end with '-'");
    }
}
