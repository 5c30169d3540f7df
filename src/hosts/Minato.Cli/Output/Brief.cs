using System.Text.RegularExpressions;

namespace Minato.Cli.Output;

/// <summary>ARNs inside sentences, down to the name in them: a terminal has no room for more.</summary>
internal static partial class Brief
{
    private const int LongestMatchMs = 1000;

    public static string Of(string? text) => TargetGroup().Replace(text ?? "", "${name}");

    [GeneratedRegex(@"arn:aws:elasticloadbalancing:[^:]*:\d*:targetgroup/(?<name>[^/]+)/[0-9a-f]+", RegexOptions.ExplicitCapture, LongestMatchMs)]
    private static partial Regex TargetGroup();
}
