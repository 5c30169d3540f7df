namespace Minato.Iam;

/// <summary>The account's first key: whoever has it is root.</summary>
public sealed record RootKey(string AccessKeyId, string SecretAccessKey, string AccountId);
