using System.Collections.Concurrent;

namespace Minato.Aws.Signing;

/// <summary>Keeps derived keys: deriving one costs more than all the rest of a verification.</summary>
internal sealed class SigningKeys
{
    private const int MostKept = 4096;
    private readonly ConcurrentDictionary<string, Entry> _kept = new(StringComparer.Ordinal);

    private sealed record Entry(string SecretKey, SigningKey Key);

    /// <param name="fields">With a whole credential.</param>
    public SigningKey Find(AuthorizationFields fields, Credential credential) =>
        fields.Credential is { } text && _kept.TryGetValue(text, out var entry) && entry.SecretKey == credential.SecretKey
            ? entry.Key : new(credential.SecretKey, fields.Scope[1], fields.Scope[2], fields.Scope[3]);

    /// <summary>Call it for signatures that were right only: no stranger fills the memory.</summary>
    public void Keep(AuthorizationFields fields, Credential credential, SigningKey key)
    {
        if (fields.Credential is not { } text || (_kept.TryGetValue(text, out var entry) && ReferenceEquals(entry.Key, key))) return;
        if (_kept.Count >= MostKept) _kept.Clear();
        _kept[text] = new(credential.SecretKey, key);
    }
}
