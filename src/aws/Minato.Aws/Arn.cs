using System.Diagnostics.CodeAnalysis;

namespace Minato.Aws;

/// <summary>An Amazon Resource Name: <c>arn:partition:service:region:account:resource</c>.</summary>
public sealed record Arn(string Service, string Region, string AccountId, string Resource, string Partition = "aws")
{
    public override string ToString() => $"arn:{Partition}:{Service}:{Region}:{AccountId}:{Resource}";

    public static bool TryParse(string? text, [NotNullWhen(true)] out Arn? arn)
    {
        arn = null;
        if (text is null || !text.StartsWith("arn:", StringComparison.Ordinal)) return false;
        var parts = text.Split(':', 6);
        if (parts.Length < 6 || parts[2].Length == 0 || parts[5].Length == 0) return false;
        arn = new(parts[2], parts[3], parts[4], parts[5], parts[1]);
        return true;
    }

    /// <exception cref="FormatException">The text is not an ARN.</exception>
    public static Arn Parse(string text) => TryParse(text, out var arn) ? arn : throw new FormatException($"'{text}' is not an ARN.");
}
