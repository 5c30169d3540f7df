using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Minato.Engines.Scanner.Contents;

namespace Minato.Engines.Scanner.Secrets;

/// <summary>
/// Looks for secrets in the text files of layers: in every layer, for a file that an upper one removes is still in the image.
/// </summary>
internal sealed class SecretCollector
{
    /// <summary>Of a text; longer ones are data.</summary>
    public const int MaxFile = 1 << 20;

    private const int MaxFound = 1000;
    private const int MaxOfFile = 20;
    private const int Shown = 4;

    /// <summary>Around a hint: longer than any secret with what stands before it.</summary>
    private const int Window = 512;

    // Examples, test data and documentation of packages: what is in them is known to everybody.
    private static readonly string[] s_public =
    [
        "usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/perl", "usr/share/zoneinfo/", "var/lib/dpkg/", "usr/lib/apk/", "lib/apk/", "etc/ssl/certs/",
        "/test/", "/tests/", "/testdata/", "/examples/", "/node_modules/", "/vendor/", "/site-packages/", "/dist-packages/", "usr/lib/python3",
    ];

    private static readonly string[] s_placeholders = ["EXAMPLE", "example", "xxxx", "XXXX", "****", "changeme", "placeholder", "password", "1234567890"];
    private static readonly SearchValues<string> s_hints = SearchValues.Create([.. SecretRules.All.Select(r => r.Hint).Distinct()], StringComparison.Ordinal);

    private readonly List<FoundSecret> _found = [];

    public ImmutableArray<FoundSecret> Found => [.. _found.Distinct()];

    public static bool MayHold(string path, long size, ReadOnlySpan<byte> start) =>
        size is > 8 and <= MaxFile && start[..Math.Min(start.Length, 1024)].IndexOf((byte)0) < 0
        && !s_public.Any(p => p[0] == '/' ? path.Contains(p, StringComparison.Ordinal) : path.StartsWith(p, StringComparison.Ordinal));

    public void Look(string path, int layer, ReadOnlySpan<byte> file) => Look(path, layer, Encoding.Latin1.GetString(file));

    /// <summary>The variables of an image's configuration: <c>NAME=value</c>.</summary>
    public void LookAtEnvironment(IEnumerable<string> variables)
    {
        foreach (var variable in variables.Where(v => v.Length < MaxFile))
        {
            var name = variable.Split('=', 2)[0];
            var before = _found.Count;
            Look($"env {name}", -1, variable);
            if (_found.Count == before && EnvironmentNames.IsSecret(variable)) _found.Add(new("credential-in-environment", $"env {name}", 1, -1, Redact(variable[(name.Length + 1)..])));
        }
    }

    private void Look(string path, int layer, string text)
    {
        var ofFile = 0;
        for (var at = 0; ofFile < MaxOfFile && _found.Count < MaxFound && text.AsSpan(at).IndexOfAny(s_hints) is >= 0 and var next; at++)
        {
            at += next;
            if (Match(text, at) is not var (rule, secret, position)) continue;
            _found.Add(new(rule.Kind, path, 1 + text.AsSpan(0, position).Count('\n'), layer, Redact(secret)));
            ofFile++;
            at = Math.Max(at, position + secret.Length - 1);
        }
    }

    private static (SecretRule Rule, string Secret, int Position)? Match(string text, int hint)
    {
        foreach (var rule in SecretRules.All)
        {
            if (string.CompareOrdinal(text, hint, rule.Hint, 0, rule.Hint.Length) != 0) continue;
            var start = Math.Max(0, hint - 32);
            var window = text.Substring(start, Math.Min(Window, text.Length - start));
            if (rule.Pattern.Match(window) is not { Success: true } match) continue;
            var secret = match.Groups["secret"];
            if (SecretRules.Entropy(secret.ValueSpan) >= rule.MinEntropy && !s_placeholders.Any(p => secret.Value.Contains(p, StringComparison.Ordinal)))
                return (rule, secret.Value, start + secret.Index);
        }

        return null;
    }

    internal static string Redact(string secret) => secret.Length <= 3 * Shown ? "****" : $"{secret[..Shown]}****({secret.Length} characters)";
}

/// <summary>Names of variables that hold credentials.</summary>
internal static class EnvironmentNames
{
    private static readonly string[] s_words = ["PASSWD", "PASSWORD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL"];
    private static readonly string[] s_harmless = ["GPG_KEY", "GPG_KEYS", "SSL_CERT_FILE"];

    /// <param name="variable"><c>NAME=value</c>.</param>
    public static bool IsSecret(string variable) =>
        variable.Split('=', 2) is [var name, { Length: > 0 } value] && !s_harmless.Contains(name)
        && s_words.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase))
        // A reference to a place, or a switch, is no secret.
        && !value.StartsWith('/') && !value.StartsWith('$') && value is not ("true" or "false" or "0" or "1")
        && !name.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase);
}
