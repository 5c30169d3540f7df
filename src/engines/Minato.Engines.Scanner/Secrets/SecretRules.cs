using System.Text.RegularExpressions;

namespace Minato.Engines.Scanner.Secrets;

/// <summary>A kind of credential, by how it looks.</summary>
/// <param name="Hint">Characters that every one of them holds: the pattern is only tried near it.</param>
/// <param name="Pattern">Its group <c>secret</c> is what must not be shown.</param>
/// <param name="MinEntropy">Bits a character: below are placeholders and words.</param>
internal sealed record SecretRule(string Kind, string Hint, Regex Pattern, double MinEntropy = 0);

/// <summary>Well-known formats. Each pattern is linear in its input.</summary>
internal static class SecretRules
{
    private const RegexOptions Linear = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    public static readonly SecretRule[] All =
    [
        Rule("aws-access-key-id", "AKIA", @"\b(?<secret>AKIA[A-Z2-7]{16})\b", 3),
        Rule("aws-temporary-access-key-id", "ASIA", @"\b(?<secret>ASIA[A-Z2-7]{16})\b", 3),
        Rule("aws-secret-access-key", "aws_secret", @"aws_secret_?(?:access_?)?key[""']?\s*[=:]\s*[""']?(?<secret>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$)", 4),
        Rule("aws-secret-access-key", "AWS_SECRET", @"AWS_SECRET_?(?:ACCESS_?)?KEY[""']?\s*[=:]\s*[""']?(?<secret>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$)", 4),
        Rule("private-key", "-----BEGIN", @"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----\s*(?<secret>[A-Za-z0-9+/=:,\s-]{64})"),
        Rule("github-token", "ghp_", @"\b(?<secret>ghp_[A-Za-z0-9]{36,255})\b", 3),
        Rule("github-token", "gho_", @"\b(?<secret>gho_[A-Za-z0-9]{36,255})\b", 3),
        Rule("github-token", "ghu_", @"\b(?<secret>ghu_[A-Za-z0-9]{36,255})\b", 3),
        Rule("github-token", "ghs_", @"\b(?<secret>ghs_[A-Za-z0-9]{36,255})\b", 3),
        Rule("github-token", "ghr_", @"\b(?<secret>ghr_[A-Za-z0-9]{36,255})\b", 3),
        Rule("github-fine-grained-token", "github_pat_", @"\b(?<secret>github_pat_[A-Za-z0-9_]{82})\b", 3),
        Rule("gitlab-token", "glpat-", @"\b(?<secret>glpat-[A-Za-z0-9_-]{20})", 3),
        Rule("slack-token", "xox", @"\b(?<secret>xox[abprs]-[A-Za-z0-9-]{10,250})", 2.5),
        Rule("slack-webhook", "hooks.slack.com", @"(?<secret>https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,})"),
        Rule("stripe-key", "k_live_", @"\b(?<secret>[rs]k_live_[A-Za-z0-9]{24,247})\b", 3),
        Rule("google-api-key", "AIza", @"\b(?<secret>AIza[A-Za-z0-9_-]{35})", 3),
        Rule("google-service-account", "\"private_key\"", @"""private_key""\s*:\s*""(?<secret>-----BEGIN PRIVATE KEY-----[^""]{64})"),
        Rule("npm-token", "npm_", @"\b(?<secret>npm_[A-Za-z0-9]{36})\b", 3),
        Rule("npm-auth-token", ":_authToken", @":_authToken\s*=\s*(?<secret>[A-Za-z0-9_/+=-]{20,})", 3),
        Rule("pypi-token", "pypi-AgE", @"\b(?<secret>pypi-AgE[A-Za-z0-9_-]{50,})", 3),
        Rule("docker-config-auth", "\"auth\"", @"""auth""\s*:\s*""(?<secret>[A-Za-z0-9+/]{16,}={0,2})""", 3),
        Rule("jwt", "eyJ", @"\b(?<secret>eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})", 3.5),
        Rule("sendgrid-key", "SG.", @"\b(?<secret>SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})", 3.5),
        Rule("azure-storage-key", "AccountKey=", @"AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)", 4),
        Rule("hashicorp-vault-token", "hvs.", @"\b(?<secret>hvs\.[A-Za-z0-9_-]{24,})", 3.5),
        Rule("password-in-url", "://", @"[a-z][a-z0-9+.-]{2,20}://[^/\s:@""'<>${}]{1,64}:(?<secret>[^/\s:@""'<>${}]{6,128})@[a-z0-9]", 2.5),
    ];

    /// <summary>Bits a character, of a text's own characters.</summary>
    public static double Entropy(ReadOnlySpan<char> text)
    {
        var counts = new Dictionary<char, int>();
        foreach (var c in text) counts[c] = counts.GetValueOrDefault(c) + 1;
        var bits = 0.0;
        foreach (var count in counts.Values)
        {
            var share = (double)count / text.Length;
            bits -= share * Math.Log2(share);
        }

        return bits;
    }

    private static SecretRule Rule(string kind, string hint, string pattern, double minEntropy = 0) => new(kind, hint, new(pattern, Linear, s_limit), minEntropy);
}
