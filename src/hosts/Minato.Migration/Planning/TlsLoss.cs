using System.Collections.Immutable;

namespace Minato.Migration.Planning;

/// <summary>What clients could negotiate with one policy and not with another.</summary>
internal static class TlsLoss
{
    /// <summary>Names as policies have them: ciphers are OpenSSL's.</summary>
    internal sealed record Policy(ImmutableArray<string> Protocols, ImmutableArray<string> Ciphers);

    /// <summary>In words, one a line; empty when nobody is locked out.</summary>
    /// <param name="use">What an access log says of who uses them; null where there is none.</param>
    public static ImmutableArray<string> Between(Policy old, Policy @new, TlsUse? use = null)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var (protocols, ciphers) = Lost(old, @new);
        foreach (var protocol in protocols) lines.Add($"{protocol}: clients that know nothing newer are locked out{use?.Tell(protocol)}");
        foreach (var cipher in ciphers) lines.Add($"{cipher}: {Kept(cipher)}{use?.Tell(cipher)}");
        if (old.Ciphers.Length > 0 && ciphers.Length == old.Ciphers.Length) lines.Add("no cipher of before is left: every client that knew only those is locked out");
        return lines.ToImmutable();
    }

    public static (ImmutableArray<string> Protocols, ImmutableArray<string> Ciphers) Lost(Policy old, Policy @new) =>
        ([.. old.Protocols.Where(p => !Has(@new.Protocols, p))], [.. old.Ciphers.Where(c => !Has(@new.Ciphers, c))]);

    // What kind of client a cipher stands for, so that somebody can look for it in access logs.
    private static string Kept(string cipher) => cipher switch
    {
        _ when cipher.Contains("RC4", StringComparison.Ordinal) || cipher.Contains("DES", StringComparison.Ordinal) => "of clients as old as Windows XP",
        _ when cipher.StartsWith("DHE-", StringComparison.Ordinal) || cipher.StartsWith("EDH-", StringComparison.Ordinal) => "Application Load Balancers offer no DHE; Java 6 and 7 with DHE only",
        _ when cipher.EndsWith("-SHA", StringComparison.Ordinal) => "of clients without TLS 1.2",
        _ => "of clients that know this one alone",
    };

    private static bool Has(ImmutableArray<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
