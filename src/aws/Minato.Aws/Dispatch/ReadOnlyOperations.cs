namespace Minato.Aws.Dispatch;

/// <summary>Which operations change nothing, told by their names as AWS gives them.</summary>
internal static class ReadOnlyOperations
{
    private static readonly string[] s_verbs =
    [
        "BatchCheck", "BatchGet", "Check", "Decode", "Describe", "Discover", "Estimate", "Filter", "Get", "Head", "List", "Lookup", "Poll", "Preview", "Search", "Select",
        "Simulate", "Test", "Validate", "Verify",
    ];

    // AWS: the audit calls these read-only although their names do not begin so.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GenerateRandom", "ReEncrypt", "Sign",
    };

    public static bool Contains(string operation) =>
        s_others.Contains(operation) || Array.Exists(s_verbs, v => operation.StartsWith(v, StringComparison.Ordinal));
}
