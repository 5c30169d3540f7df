using System.Text;

namespace Minato.Aws.Generator;

/// <summary>How AWS's names are spelled in C#.</summary>
internal static class Names
{
    private static readonly Dictionary<string, string> Namespaces = new(StringComparer.Ordinal)
    {
        ["elastic-load-balancing"] = "ElasticLoadBalancing",
        ["elastic-load-balancing-v2"] = "ElasticLoadBalancingV2",
        ["cloudwatch-logs"] = "CloudWatchLogs",
        ["cloudwatch"] = "CloudWatch",
        ["cloudformation"] = "CloudFormation",
    };

    public static string FromFile(string file) => Namespaces.TryGetValue(file, out var known) ? known : Pascal(file);

    /// <summary>healthCheckPath → HealthCheckPath, FARGATE_SPOT → FargateSpot, HTTP_301 → Http301, no-new-privileges → NoNewPrivileges.</summary>
    public static string Pascal(string name)
    {
        var text = new StringBuilder(name.Length);
        var start = true;
        var shouting = !name.Any(char.IsAsciiLetterLower);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c)) { start = true; continue; }
            text.Append(start ? char.ToUpperInvariant(c) : shouting ? char.ToLowerInvariant(c) : c);
            start = false;
        }
        if (text.Length == 0) text.Append("Empty");
        if (char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    public static string Member(string name, string owner)
    {
        var pascal = char.ToUpperInvariant(name[0]) + name[1..].Replace("-", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal);
        // C# does not let a member have its type's name, nor hide what records and generated shapes have.
        return string.Equals(pascal, owner, StringComparison.Ordinal) || pascal is "Schema" or "SchemaOfShape" or "Equals" or "GetHashCode" or "ToString"
            ? pascal + "Value" : pascal;
    }

    public static string Local(string member) => "_" + char.ToLowerInvariant(member[0]) + member[1..];

    public static string Quote(string? text) => text is null ? "null" : System.Text.Json.JsonSerializer.Serialize(text).Replace("\\u0027", "'", StringComparison.Ordinal)
        .Replace("\\u002B", "+", StringComparison.Ordinal).Replace("\\u003C", "<", StringComparison.Ordinal)
        .Replace("\\u003E", ">", StringComparison.Ordinal).Replace("\\u0026", "&", StringComparison.Ordinal).Replace("\\u0060", "`", StringComparison.Ordinal);
}
