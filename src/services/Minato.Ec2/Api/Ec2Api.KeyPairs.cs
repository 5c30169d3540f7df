using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Key pairs: their public halves.
internal sealed partial class Ec2Api
{
    private const int MostKeyPairs = 5000; // AWS's quota.
    private const int LongestKeyName = 255;

    private static readonly FilterSet<StoredKeyPair> KeyPairFilters = new(
        ("key-pair-id", k => [k.Key.Id]),
        ("key-name", k => [k.Name]),
        ("fingerprint", k => [k.Fingerprint]));

    public async Task<CreateKeyPairResponse> CreateKeyPairAsync(CreateKeyPairRequest request, Caller caller, CancellationToken ct)
    {
        CheckKeyName(request.KeyName);
        if (request.KeyFormat is KeyFormat.Ppk) throw Ec2Errors.Unsupported("Private keys are given in the format pem here, not as ppk.");
        var tags = TagsFrom(request.TagSpecifications, "key-pair", caller.MaySetSystemTags);
        DemandFreeKeyName(store.Current, caller, request.KeyName); // Before the work.
        EndIfDryRun(request.DryRun);
        var pair = request.KeyType is KeyType.Ed25519 ? NewKeyPair.OfEd25519(ids) : NewKeyPair.Rsa();
        var made = await PutKeyPairAsync(request.KeyName, pair.Public, pair.Fingerprint, tags, caller, ct);
        return new() { KeyPairId = made.Key.Id, KeyName = made.Name, KeyFingerprint = made.Fingerprint, KeyMaterial = pair.Material, Tags = ToWire(tags) };
    }

    public async Task<ImportKeyPairResponse> ImportKeyPairAsync(ImportKeyPairRequest request, Caller caller, CancellationToken ct)
    {
        CheckKeyName(request.KeyName);
        var key = SshPublicKey.Read(request.PublicKeyMaterial.Span) ?? throw new AwsException("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
        var tags = TagsFrom(request.TagSpecifications, "key-pair", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await PutKeyPairAsync(request.KeyName, key, key.Fingerprint, tags, caller, ct);
        return new() { KeyPairId = made.Key.Id, KeyName = made.Name, KeyFingerprint = made.Fingerprint, Tags = ToWire(tags) };
    }

    public Task<DescribeKeyPairsResponse> DescribeKeyPairsAsync(DescribeKeyPairsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = KeyPairFilters.Compile(request.Filters, k => TagsOf(state, k.Key));
        var named = request.KeyNames.OrNone().Select(n => KeyPairBy(state, caller, n) ?? throw Ec2Errors.KeyPairNotFound(n))
            .Concat(request.KeyPairIds.OrNone().Select(id => state.Find(Ec2Tables.KeyPairs, KeyOf(caller, id)) ?? throw Ec2Errors.KeyPairNotFound(id)))
            .DistinctBy(k => k.Key).ToList();
        var pairs = named.Count > 0 ? named : state.Where(Ec2Tables.KeyPairsByHome, HomeOf(caller));
        return Task.FromResult(new DescribeKeyPairsResponse
        {
            KeyPairs =
            [
                .. pairs.Where(passes).Select(k => new KeyPairInfo
                {
                    KeyPairId = k.Key.Id, KeyName = k.Name, KeyType = k.Type, KeyFingerprint = k.Fingerprint, CreateTime = k.CreatedAt,
                    PublicKey = request.IncludePublicKey is true ? k.Line : null, Tags = ToWire(TagsOf(state, k.Key)),
                }),
            ],
        });
    }

    /// <summary>AWS: that there is none is no error. Instances keep what they were started with.</summary>
    public async Task<DeleteKeyPairResponse> DeleteKeyPairAsync(DeleteKeyPairRequest request, Caller caller, CancellationToken ct)
    {
        if (request.KeyPairId is null && request.KeyName is null) throw Ec2Errors.MissingParameter("KeyName or KeyPairId");
        EndIfDryRun(request.DryRun);
        var gone = await store.UpdateAsync(tx =>
        {
            var pair = request.KeyPairId is { } id ? tx.Find(Ec2Tables.KeyPairs, KeyOf(caller, id)) : KeyPairBy(tx, caller, request.KeyName ?? "");
            if (pair is null) return null;
            tx.Delete(Ec2Tables.KeyPairs, pair.Key);
            tx.Delete(Ec2Tables.Tags, pair.Key);
            return pair;
        }, ct);
        return new() { Return = true, KeyPairId = gone?.Key.Id };
    }

    /// <summary>What an instance is started with; null when nothing is asked for.</summary>
    private static StoredKeyPair? KeyPairFor(IReadState state, Caller caller, string? name) =>
        string.IsNullOrEmpty(name) ? null : KeyPairBy(state, caller, name) ?? throw Ec2Errors.KeyPairNotFound(name);

    private static StoredKeyPair? KeyPairBy(IReadState state, Caller caller, string name) => state.Where(Ec2Tables.KeyPairsByName, (HomeOf(caller), name)).FirstOrDefault();

    private static void DemandFreeKeyName(IReadState state, Caller caller, string name)
    {
        if (KeyPairBy(state, caller, name) is not null) throw new AwsException("InvalidKeyPair.Duplicate", "The keypair already exists");
    }

    private static void CheckKeyName(string name)
    {
        if (name.Length == 0) throw Ec2Errors.MissingParameter("KeyName");
        if (!Ascii.IsValid(name)) throw Ec2Errors.Invalid($"Value ({name}) for parameter KeyName is invalid. Character sets beyond ASCII are not supported.");
        if (name.Length > LongestKeyName) throw Ec2Errors.Invalid($"Value ({name}) for parameter KeyName is invalid. Length exceeds maximum of {LongestKeyName}.");
        // AWS: no spaces at either end. What is in it goes into a line of a file.
        if (name.Trim() != name || name.Any(char.IsControl)) throw Ec2Errors.Invalid($"Value ({name}) for parameter KeyName is invalid.");
    }

    private async Task<StoredKeyPair> PutKeyPairAsync(
        string name, SshPublicKey key, string fingerprint, ImmutableSortedDictionary<string, string> tags, Caller caller, CancellationToken ct) => await store.UpdateAsync(tx =>
    {
        DemandFreeKeyName(tx, caller, name);
        if (tx.Count(Ec2Tables.KeyPairsByHome, HomeOf(caller)) >= MostKeyPairs)
            throw new AwsException("KeyPairLimitExceeded", $"The maximum number of key pairs ({MostKeyPairs}) has been reached.");
        var pair = new StoredKeyPair
        {
            Key = KeyOf(caller, DefaultVpc.NewId("key", ids)), Name = name, Type = key.Type, Fingerprint = fingerprint, PublicKey = key.Line, CreatedAt = clock.GetUtcNow(),
        };
        tx.Put(Ec2Tables.KeyPairs, pair);
        PutTags(tx, pair.Key, tags);
        return pair;
    }, ct);
}
