using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Transforms of rules: from the request, checked; and back.</summary>
internal static class Transforms
{
    private const int LongestText = 1024;
    private const int MostGroups = 7; // Minato's own bound: the proxy numbers nine, and needs two.

    public static ImmutableArray<TransformState> FromWire(ImmutableArray<RuleTransform>? transforms)
    {
        var all = (transforms ?? []).Select(FromWire).ToImmutableArray();
        if (all.GroupBy(t => t.Type).FirstOrDefault(g => g.Count() > 1) is { } twice) throw ElbErrors.Validation($"A rule can only have one '{twice.Key}' transform");
        return all;
    }

    public static RuleTransform ToWire(TransformState transform)
    {
        ImmutableArray<RewriteConfig> rewrites = [new() { Regex = transform.Regex, Replace = transform.Replace }];
        return transform.Type == TransformTypeEnum.HostHeaderRewrite.ToWire()
            ? new() { Type = TransformTypeEnum.HostHeaderRewrite, HostHeaderRewriteConfig = new() { Rewrites = rewrites } }
            : new() { Type = TransformTypeEnum.UrlRewrite, UrlRewriteConfig = new() { Rewrites = rewrites } };
    }

    private static TransformState FromWire(RuleTransform transform)
    {
        var type = transform.Type.ToWire();
        var (own, other) = transform.Type is TransformTypeEnum.HostHeaderRewrite
            ? (transform.HostHeaderRewriteConfig?.Rewrites, transform.UrlRewriteConfig is not null)
            : (transform.UrlRewriteConfig?.Rewrites, transform.HostHeaderRewriteConfig is not null);
        if (other) throw ElbErrors.Validation($"A transform of type '{type}' can only have the configuration of its type");
        if (own is not [var rewrite]) throw ElbErrors.Validation($"A transform of type '{type}' must have exactly one rewrite");
        if (rewrite.Regex.Length is 0 or > LongestText || !Regexes.IsValid(rewrite.Regex)) throw ElbErrors.Validation($"Transform regex '{rewrite.Regex}' is not valid");
        if (Regexes.GroupsOf(rewrite.Regex) > MostGroups) throw ElbErrors.Validation($"Transform regex '{rewrite.Regex}' cannot have more than '{MostGroups}' capture groups");
        if (rewrite.Replace.Length > LongestText || rewrite.Replace.Any(c => c is < ' ' or (char)127))
        {
            throw ElbErrors.Validation($"Transform replacement '{rewrite.Replace}' is not valid");
        }
        return new(type, rewrite.Regex, rewrite.Replace);
    }
}
