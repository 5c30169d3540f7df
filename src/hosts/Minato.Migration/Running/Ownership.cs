using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Migration.Running;

/// <summary>What a migration made is known by a tag, which is put on it in the same call. Everything else is somebody's own, and stays.</summary>
internal static class Ownership
{
    public const string TagKey = "minato:migration";
    private const int MostAtOnce = 20; // AWS: ARNs of one DescribeTags.

    /// <returns>Those of the ARNs that the migration of this name made.</returns>
    public static async Task<IReadOnlySet<string>> OfAsync(MigrationAws aws, string migration, IEnumerable<string> arns, CancellationToken ct)
    {
        var ours = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in arns.Distinct(StringComparer.Ordinal).Chunk(MostAtOnce))
        {
            var found = (await aws.Elb.DescribeTagsAsync(new() { ResourceArns = [.. part] }, aws.Caller, ct)).TagDescriptions ?? [];
            ours.UnionWith(found.Where(d => (d.Tags ?? []).Any(t => t.Key == TagKey && t.Value == migration)).Select(d => d.ResourceArn ?? ""));
        }

        return ours;
    }

    public static Tag Of(string migration) => new() { Key = TagKey, Value = migration };
}
