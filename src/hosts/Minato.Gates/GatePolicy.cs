using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Minato.Gates;

/// <summary>What an image must be like to be deployed. A JSON document in an SSM parameter: <c>/minato/gates/clusters/NAME</c>, or <c>/minato/gates/default</c>.</summary>
internal sealed record GatePolicy
{
    public const string Default = "/minato/gates/default";
    private const int MaxKeys = 20;

    /// <summary>Findings as grave as this are refused, and so are images that were not scanned; null asks for no scan.</summary>
    public string? RefuseFindings { get; init; }
    public ImmutableHashSet<string> IgnoredFindings { get; init; } = [];

    /// <summary>Lint findings as grave as this are refused.</summary>
    public string? RefuseLint { get; init; }
    public ImmutableHashSet<string> IgnoredLint { get; init; } = [];

    /// <summary>The image is named by its digest.</summary>
    public bool RequireDigest { get; init; }

    /// <summary>The image is signed by one of these keys (SubjectPublicKeyInfo); empty asks for no signature.</summary>
    public ImmutableArray<byte[]> Keys { get; init; } = [];

    /// <summary>Images that are let through whatever they are like; a star stands for anything.</summary>
    public ImmutableArray<string> Exempt { get; init; } = [];

    /// <summary>Images of other registries, of which neither findings nor signatures can be read, are let through all the same.</summary>
    public bool AllowsOtherRegistries { get; init; }

    public bool NeedsRegistry => RefuseFindings is not null || RefuseLint is not null || !Keys.IsEmpty;

    public static string OfCluster(string cluster) => $"/minato/gates/clusters/{cluster}";

    /// <exception cref="FormatException">It is no policy; a policy that cannot be read lets nothing through.</exception>
    public static GatePolicy Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or CryptographicException or KeyNotFoundException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static GatePolicy Read(JsonElement root)
    {
        Only(root, "the policy", "findings", "lint", "requireDigest", "signatures", "exempt", "otherRegistries");
        var policy = new GatePolicy
        {
            RequireDigest = root.TryGetProperty("requireDigest", out var digest) && digest.GetBoolean(),
            Exempt = [.. Texts(root, "exempt")],
            AllowsOtherRegistries = root.TryGetProperty("otherRegistries", out var others) && Word(others, "allow", "refuse") == "allow",
        };
        if (root.TryGetProperty("findings", out var findings))
        {
            Only(findings, "findings", "refuse", "ignore");
            policy = policy with { RefuseFindings = Word(findings.GetProperty("refuse"), [.. Severities.Words]), IgnoredFindings = [.. Texts(findings, "ignore")] };
        }

        if (root.TryGetProperty("lint", out var lint))
        {
            Only(lint, "lint", "refuse", "ignore");
            policy = policy with { RefuseLint = Word(lint.GetProperty("refuse"), "info", "warning", "error"), IgnoredLint = [.. Texts(lint, "ignore")] };
        }

        if (!root.TryGetProperty("signatures", out var signatures)) return policy;
        Only(signatures, "signatures", "publicKeys");
        var keys = Texts(signatures, "publicKeys").ToList();
        if (keys.Count is 0 or > MaxKeys) throw new FormatException($"publicKeys has {keys.Count} keys; it takes 1 to {MaxKeys}.");
        return policy with { Keys = [.. keys.Select(Key)] };
    }

    // A wrong name would be a demand that nobody checks.
    private static void Only(JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind is not JsonValueKind.Object) throw new FormatException($"{what} is no object.");
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name)) throw new FormatException($"{what} has no '{property.Name}'; it takes {string.Join(", ", names)}.");
        }
    }

    private static string Word(JsonElement element, params ReadOnlySpan<string> words)
    {
        foreach (var word in words) if (string.Equals(word, element.GetString(), StringComparison.OrdinalIgnoreCase)) return word;
        throw new FormatException($"'{element.GetString()}' is none of {string.Join(", ", words)}.");
    }

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(t => t.GetString() ?? throw new FormatException($"{name} has something that is no text.")) : [];

    private static byte[] Key(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            if (key.KeySize != 256) throw new FormatException($"a public key has {key.KeySize} bits: signatures are made with ECDSA P-256.");
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (ArgumentException e)
        {
            throw new FormatException("a public key is no PEM: it begins with -----BEGIN PUBLIC KEY-----.", e);
        }
    }
}

/// <summary>ECR's words, from harmless to grave.</summary>
internal static class Severities
{
    public static readonly string[] Words = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

    /// <summary>What has no severity is no less grave than what has: it counts as medium.</summary>
    public static int Rank(string word) => Array.IndexOf(Words, word) is >= 0 and var rank ? rank : 2;
}
