using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.Reconcile;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

/// <summary>The Key Management Service. Key material leaves this room sealed only; what it does is in no answer but as its result.</summary>
internal sealed partial class KmsApi(Store store, KeyMaterials materials, KeyAccess access, PageTokens tokens, Ids ids, TimeProvider clock) : IKms
{
    private const int DefaultPage = 100;
    private const int DefaultTagPage = 50;

    /// <summary>By id, ARN, alias or ARN of an alias.</summary>
    private static StoredKey Resolve(IReadState state, Caller caller, string text)
    {
        var home = Home.Of(caller);
        if (AliasArn(home, text) is not { } aliasArn) return ResolveId(state, caller, text);
        var alias = state.Find(KmsTables.Aliases, aliasArn) ?? throw KmsErrors.NoSuchAlias(aliasArn);
        return state.Find(KmsTables.Keys, alias.KeyArn) ?? throw KmsErrors.NoSuchKey(alias.KeyArn);
    }

    /// <summary>By id or ARN: operations that change a key take no alias.</summary>
    private static StoredKey ResolveId(IReadState state, Caller caller, string text)
    {
        var arn = text;
        if (!text.StartsWith("arn:", StringComparison.Ordinal))
        {
            if (!KeyId().IsMatch(text)) throw KmsErrors.InvalidKeyId(text);
            arn = Home.Of(caller).ArnOf($"key/{text}");
        }
        else if (!Arn.TryParse(text, out var parsed) || parsed.Service != "kms" || !parsed.Resource.StartsWith("key/", StringComparison.Ordinal))
        {
            throw new InvalidArnException($"Invalid arn {text}");
        }
        else if (parsed.Region != caller.Region)
        {
            throw new NotFoundException($"Invalid arn {parsed.Region}");
        }

        return state.Find(KmsTables.Keys, arn) ?? throw KmsErrors.NoSuchKey(arn);
    }

    /// <returns>Null when the text is not an alias.</returns>
    private static string? AliasArn(Home home, string text)
    {
        if (text.StartsWith("alias/", StringComparison.Ordinal)) return home.ArnOf(text);
        return Arn.TryParse(text, out var arn) && arn.Service == "kms" && arn.Resource.StartsWith("alias/", StringComparison.Ordinal) ? text : null;
    }

    /// <summary>The key of an operation that works with key material: found (or made, when it is AWS's own), permitted and in a state to work.</summary>
    private async ValueTask<StoredKey> UseAsync(
        Caller caller, string keyId, string operation, KeyUsageType usage, IReadOnlyDictionary<string, string>? context, CancellationToken ct, string? action = null)
    {
        var key = await FindAsync(caller, keyId, ct);
        var alias = AliasArn(Home.Of(caller), keyId) is { } arn ? arn[(arn.LastIndexOf(':') + 1)..] : null;
        access.Demand(store.Current, key, caller, new(action ?? operation, context, alias));
        DemandEnabled(key);
        return key.Usage == usage ? key : throw KmsErrors.WrongUsage(key, operation);
    }

    /// <summary>A key that an operation changes or shows.</summary>
    private StoredKey Permitted(IReadState state, Caller caller, string keyId, string action, bool takesAlias = false)
    {
        var key = takesAlias ? Resolve(state, caller, keyId) : ResolveId(state, caller, keyId);
        access.Demand(state, key, caller, new(action));
        return key;
    }

    private ValueTask<StoredKey> ChangeAsync(Caller caller, string keyId, string action, Func<StoredKey, StoredKey> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var changed = change(Permitted(tx, caller, keyId, action));
        tx.Put(KmsTables.Keys, changed);
        return changed;
    }, ct);

    private static void DemandEnabled(StoredKey key)
    {
        if (key.State is KeyState.PendingDeletion) throw KmsErrors.PendingDeletion(key);
        if (key.State is KeyState.Disabled) throw KmsErrors.Disabled(key);
    }

    private static void DemandStays(StoredKey key)
    {
        if (key.State is KeyState.PendingDeletion) throw KmsErrors.PendingDeletion(key);
    }

    private (ImmutableArray<T> Page, string? Marker) Page<T>(string operation, IEnumerable<T> rest, int? size, Func<T, string> position)
    {
        var most = size ?? DefaultPage;
        var page = rest.Take(most + 1).ToImmutableArray();
        return page.Length <= most ? (page, null) : (page[..most], tokens.Encode(operation, position(page[most - 1])));
    }

    private string? Position(string operation, string? marker) => marker is null ? null
        : tokens.Decode(operation, marker) ?? throw new InvalidMarkerException("Invalid marker");

    [GeneratedRegex("^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyId();
}
