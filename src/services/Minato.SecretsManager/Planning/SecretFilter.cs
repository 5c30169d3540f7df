using System.Collections.Immutable;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Planning;

/// <summary>The filters of ListSecrets: all of them must hold, and one value of each is enough.</summary>
internal static class SecretFilter
{
    public static bool Matches(SecretState secret, ImmutableArray<Filter>? filters) =>
        (filters ?? []).All(f => (f.Values ?? []) is { Length: > 0 } values && Holds(secret, f.Key, values));

    private static bool Holds(SecretState secret, FilterNameStringType? key, ImmutableArray<string> values) => key switch
    {
        FilterNameStringType.Name => Any(values, v => Prefix(secret.Key.Name, v, StringComparison.Ordinal)),
        FilterNameStringType.Description => Any(values, v => Words(secret.Description, v)),
        FilterNameStringType.TagKey => Any(values, v => secret.Tags.Keys.Any(k => Prefix(k, v, StringComparison.Ordinal))),
        FilterNameStringType.TagValue => Any(values, v => secret.Tags.Values.Any(t => Prefix(t, v, StringComparison.Ordinal))),
        FilterNameStringType.All => Any(values, v => Everything(secret).Any(t => Words(t, v))),
        // Neither replicas nor secrets of other services exist here.
        _ => false,
    };

    // AWS: a value that begins with ! is to be missing.
    private static bool Any(ImmutableArray<string> values, Func<string, bool> holds) =>
        values.Any(v => v.StartsWith('!') ? !holds(v[1..]) : holds(v));

    private static bool Prefix(string text, string wanted, StringComparison comparison) => text.StartsWith(wanted, comparison);

    private static bool Words(string? text, string wanted) =>
        (text ?? "").Split(' ', '/', '_', '+', '=', '.', '@', '-').Append(text ?? "")
            .Any(word => Prefix(word, wanted, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string?> Everything(SecretState secret) =>
        [secret.Key.Name, secret.Description, .. secret.Tags.Keys, .. secret.Tags.Values];
}
