using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.CloudFormation.Templates;
using Minato.Contracts.Ec2;

namespace Minato.CloudFormation.Reconcile;

/// <summary>Availability zones for Fn::GetAZs, asked for when a template has one.</summary>
internal sealed class Zones(IEc2? ec2 = null)
{
    public async ValueTask<Func<string, IReadOnlyList<string>?>> ForAsync(Template template, Caller caller, CancellationToken ct)
    {
        if (ec2 is null || !Asks(template)) return _ => null;
        var regions = Regions(template, caller.Region).ToList();
        var known = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var region in regions)
        {
            var answer = await ec2.DescribeAvailabilityZonesAsync(new(), caller with { Region = region }, ct);
            known[region] = [.. (answer.AvailabilityZones ?? []).Select(z => z.ZoneName).OfType<string>().Order(StringComparer.Ordinal)];
        }
        return known.GetValueOrDefault;
    }

    private static bool Asks(Template template) => Functions(template.Resources.Values.Select(r => (JsonNode?)r.Properties)
        .Concat(template.Outputs.Values.Select(o => (JsonNode?)o.Value))).Any();

    // A region that is itself a function is nearly always the stack's own.
    private static IEnumerable<string> Regions(Template template, string own) => Functions(template.Resources.Values.Select(r => (JsonNode?)r.Properties))
        .Select(a => Values.Text(a) is { Length: > 0 } named ? named : own).Append(own).Distinct(StringComparer.Ordinal);

    private static IEnumerable<JsonNode?> Functions(IEnumerable<JsonNode?> nodes)
    {
        foreach (var node in nodes)
        {
            if (Values.Function(node) is ("Fn::GetAZs", var argument)) yield return argument;
            var inner = node switch
            {
                JsonObject map => Functions(map.Select(p => p.Value)),
                JsonArray list => Functions(list),
                _ => [],
            };
            foreach (var found in inner) yield return found;
        }
    }
}
