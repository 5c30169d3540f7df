using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.Ssm;

namespace Minato.Ssm.Planning;

/// <summary>
/// The parameters of AWS's own, <c>/aws/service/…</c>, that people who run ECS read: which machine image is the newest. The ids are made up, one for each
/// image and Region, and always the same: EC2 takes any image that was not registered as a piece of the host.
/// </summary>
internal static class PublicParameters
{
    private const string Prefix = "/aws/service/";
    private const string Agent = "1.0.0"; // What container instances here say of themselves.
    private const string AmiType = "aws:ec2:image";
    private static readonly DateTimeOffset s_published = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly SortedDictionary<string, (Func<string, string> Value, string DataType)> s_all = All();

    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <returns>Null for one that is not here, or not in this version.</returns>
    public static Parameter? Find(ParameterName asked, string region) =>
        s_all.TryGetValue(asked.Name, out var found) && asked is { Version: null or 1, Label: null } ? ToWire(asked.Name, found, region, asked.Selector) : null;

    /// <summary>Below a path, in the order of names, behind a name.</summary>
    public static IEnumerable<Parameter> Under(string path, bool isRecursive, string region, string after) => s_all
        .Where(p => string.CompareOrdinal(p.Key, after) > 0 && ParameterFilter.IsUnder(p.Key, path, isRecursive)).Select(p => ToWire(p.Key, p.Value, region, null));

    public static string ArnOf(string name, string region) => $"arn:aws:ssm:{region}::parameter{name}";

    private static Parameter ToWire(string name, (Func<string, string> Value, string DataType) found, string region, string? selector) => new()
    {
        Name = name, Type = ParameterType.String, Value = found.Value(region), Version = 1, Selector = selector, LastModifiedDate = s_published, ARN = ArnOf(name, region), DataType = found.DataType,
    };

    private static SortedDictionary<string, (Func<string, string>, string)> All()
    {
        var all = new SortedDictionary<string, (Func<string, string>, string)>(StringComparer.Ordinal);
        AddEcs(all, "amazon-linux-2023", "al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-x86_64", "Amazon Linux 2023");
        AddEcs(all, "amazon-linux-2023/arm64", "al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-arm64", "Amazon Linux 2023");
        AddEcs(all, "amazon-linux-2023/gpu", "al2023-ami-ecs-gpu-hvm-2023.0.20260101-kernel-6.1-x86_64-ebs", "Amazon Linux 2023");
        AddEcs(all, "amazon-linux-2", "amzn2-ami-ecs-hvm-2.0.20260101-x86_64-ebs", "Amazon Linux 2");
        AddEcs(all, "amazon-linux-2/arm64", "amzn2-ami-ecs-hvm-2.0.20260101-arm64-ebs", "Amazon Linux 2");
        AddEcs(all, "amazon-linux-2/gpu", "amzn2-ami-ecs-gpu-hvm-2.0.20260101-x86_64-ebs", "Amazon Linux 2");
        foreach (var architecture in new[] { "x86_64", "arm64" })
        {
            foreach (var kernel in new[] { "default", "6.1", "6.12" })
                foreach (var size in new[] { "", "minimal-" })
                    AddImage(all, $"{Prefix}ami-amazon-linux-latest/al2023-ami-{size}kernel-{kernel}-{architecture}", $"al2023-ami-{size}2023.0.20260101-kernel-{kernel}-{architecture}");
            foreach (var disk in new[] { "gp2", "ebs" })
                AddImage(all, $"{Prefix}ami-amazon-linux-latest/amzn2-ami-hvm-{architecture}-{disk}", $"amzn2-ami-hvm-2.0.20260101-{architecture}-{disk}");
            foreach (var variant in new[] { "aws-ecs-1", "aws-ecs-2" })
            {
                AddImage(all, $"{Prefix}bottlerocket/{variant}/{architecture}/latest/image_id", $"bottlerocket-{variant}-{architecture}");
                all[$"{Prefix}bottlerocket/{variant}/{architecture}/latest/image_version"] = (_ => "1.0.0", "text");
            }
        }
        return all;
    }

    private static void AddEcs(SortedDictionary<string, (Func<string, string>, string)> all, string family, string image, string os)
    {
        var at = $"{Prefix}ecs/optimized-ami/{family}/recommended";
        var texts = new Dictionary<string, string> { ["ecs_agent_version"] = Agent, ["image_name"] = image, ["os"] = os };
        all[at] = (region => new JsonObject
        {
            ["ecs_agent_version"] = Agent, ["ecs_runtime_version"] = "Docker", ["image_id"] = IdOf(image, region), ["image_name"] = image, ["image_version"] = "20260101", ["os"] = os,
            ["schema_version"] = 1,
        }.ToJsonString(), "text");
        foreach (var (name, text) in texts) all[$"{at}/{name}"] = (_ => text, "text");
        AddImage(all, $"{at}/image_id", image);
    }

    private static void AddImage(SortedDictionary<string, (Func<string, string>, string)> all, string name, string image) => all[name] = (region => IdOf(image, region), AmiType);

    private static string IdOf(string image, string region) => $"ami-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{region} {image}")))[..17]}";
}
