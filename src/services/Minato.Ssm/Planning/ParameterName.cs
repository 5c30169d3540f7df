using System.Globalization;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ssm;

namespace Minato.Ssm.Planning;

/// <param name="Name">As it is stored.</param>
/// <param name="Version">Asked for by number.</param>
/// <param name="Label">Asked for by label.</param>
internal sealed partial record ParameterName(string Name, long? Version, string? Label)
{
    private const int MostLevels = 15;

    /// <summary>The selector as the answer repeats it, with its colon; null without one.</summary>
    public string? Selector => Version is { } number ? $":{number.ToString(CultureInfo.InvariantCulture)}" : Label is { } label ? $":{label}" : null;

    /// <summary>A name, or an ARN, with or without <c>:version</c> or <c>:label</c>.</summary>
    public static ParameterName Parse(string text)
    {
        if (Arn.TryParse(text, out var arn) && arn.Service == "ssm" && arn.Resource.StartsWith("parameter/", StringComparison.Ordinal))
        {
            var path = arn.Resource["parameter/".Length..];
            // AWS: the ARN of /a/b and of a/b would be the same; names with a slash begin with one.
            text = path.Contains('/', StringComparison.Ordinal) ? $"/{path}" : path;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0) return new(text, null, null);
        var selector = text[(colon + 1)..];
        return long.TryParse(selector, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(text[..colon], number, null) : new(text[..colon], null, selector);
    }

    /// <exception cref="AwsException">No parameter can be called that.</exception>
    public static void Check(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('/')) throw Invalid("Parameter name must be a fully qualified name.");
        if (!Allowed().IsMatch(name) || Reserved().IsMatch(name))
        {
            throw Invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed as a path, it can consist of "
                + "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_");
        }

        if (name.Count(c => c == '/') > MostLevels)
            throw new HierarchyLevelLimitExceededException($"Hierarchy depth exceeded. A hierarchy can have a maximum of {MostLevels} levels.");
    }

    public static AwsException Invalid(string message) => new("ValidationException", message);

    [GeneratedRegex(@"^/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();

    [GeneratedRegex("^/?(aws|ssm)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reserved();
}
