using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Ssm.Planning;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

// Writing parameters.
internal sealed partial class SsmApi
{
    private const int MostVersions = 100;
    private const int StandardLength = 4096;
    private const int AdvancedLength = 8192;
    private static readonly TimeSpan s_patternPatience = TimeSpan.FromMilliseconds(100);

    public async Task<PutParameterResponse> PutParameterAsync(PutParameterRequest request, Caller caller, CancellationToken ct)
    {
        ParameterName.Check(request.Name);
        if (request.Overwrite == true && request.Tags is { Length: > 0 })
        {
            throw ParameterName.Invalid("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. "
                + "To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.");
        }

        CheckPattern(request);
        var key = new ParameterKey(Home.Of(caller), request.Name);
        var now = clock.GetUtcNow();
        var policies = request.Policies is null ? default(ImmutableArray<ParameterPolicy>?) : ParameterPolicies.Read(request.Policies, now);
        var seen = store.Current.Find(SsmTables.Parameters, key);
        DemandOverwrite(seen, request);
        var isSecure = (request.Type ?? seen?.Type) == ParameterType.SecureString;
        var keyId = isSecure ? request.KeyId ?? seen?.Latest.KeyId ?? ParameterValues.ManagedKey : null;
        // Keys are asked for before the write, which waits for nothing.
        var text = Encoding.UTF8.GetBytes(request.Value);
        var wrapped = keyId is null ? null : await values.WrapAsync(key, text, keyId, caller, ct);
        var (written, isNew) = await store.UpdateAsync(tx =>
        {
            var there = tx.Find(SsmTables.Parameters, key);
            var next = Next(there, key, request, caller);
            var latest = next.Latest with { Sealed = wrapped?.Sealed ?? values.Seal(key, next.Latest.Number, text), WrappedKey = wrapped?.Key, KeyId = keyId };
            next = next with { Versions = next.Versions.SetItem(0, latest) };
            // AWS: policies stay until others are given; what counts from the last change begins anew.
            next = next with { Policies = policies ?? [.. (there?.Policies ?? []).Select(p => ParameterPolicies.Changed(p, now))] };
            if (next is { Policies.IsEmpty: false, Latest.Tier: not ParameterTier.Advanced })
                throw ParameterName.Invalid("Parameter policies are supported for parameters of the advanced tier only.");
            tx.Put(SsmTables.Parameters, next);
            return (latest, there is null);
        }, ct);
        await events.ChangedAsync(key, request.Type ?? seen?.Type, written.Description, isNew ? "Create" : "Update", caller, ct);
        return new() { Version = written.Number, Tier = written.Tier };
    }

    public async Task<DeleteParameterResponse> DeleteParameterAsync(DeleteParameterRequest request, Caller caller, CancellationToken ct)
    {
        var gone = await store.UpdateAsync(tx =>
        {
            var parameter = Find(tx, caller, request.Name);
            tx.Delete(SsmTables.Parameters, parameter.Key);
            return parameter;
        }, ct);
        await events.ChangedAsync(gone.Key, gone.Type, gone.Latest.Description, "Delete", caller, ct);
        return new();
    }

    public async Task<DeleteParametersResponse> DeleteParametersAsync(DeleteParametersRequest request, Caller caller, CancellationToken ct)
    {
        var gone = await store.UpdateAsync(tx => request.Names.Distinct(StringComparer.Ordinal)
            .Select(n => tx.Find(SsmTables.Parameters, new ParameterKey(Home.Of(caller), n))).OfType<ParameterState>()
            .Where(p => tx.Delete(SsmTables.Parameters, p.Key)).ToImmutableArray(), ct);
        foreach (var one in gone) await events.ChangedAsync(one.Key, one.Type, one.Latest.Description, "Delete", caller, ct);
        ImmutableArray<string> deleted = [.. gone.Select(p => p.Key.Name)];
        return new() { DeletedParameters = deleted, InvalidParameters = [.. request.Names.Except(deleted, StringComparer.Ordinal)] };
    }

    private static void DemandOverwrite(ParameterState? there, PutParameterRequest request)
    {
        if (there is not null && request.Overwrite != true)
            throw new ParameterAlreadyExists("The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
    }

    private ParameterState Next(ParameterState? there, ParameterKey key, PutParameterRequest request, Caller caller)
    {
        DemandOverwrite(there, request);
        var type = request.Type ?? there?.Type ?? throw ParameterName.Invalid("A parameter type is required when you create a parameter.");
        if (there is not null && there.Type != type)
            throw new HierarchyTypeMismatchException($"The parameter {key.Name} is of type {there.Type.ToWire()}: a parameter's type can't be changed.");
        var number = (there?.Latest.Number ?? 0) + 1;
        var version = new ParameterVersion
        {
            Number = number,
            Sealed = [],
            ModifiedAt = clock.GetUtcNow(), ModifiedBy = caller.PrincipalArn,
            Tier = TierOf(request, there), DataType = request.DataType ?? there?.Latest.DataType ?? "text",
            Description = request.Description ?? there?.Latest.Description, AllowedPattern = request.AllowedPattern,
        };
        return new()
        {
            Key = key, Type = type, Tags = there?.Tags ?? Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
            Versions = Keep((there?.Versions ?? []).Insert(0, version), key),
        };
    }

    // AWS: the oldest of more than a hundred versions goes, unless it has a label.
    private static ImmutableArray<ParameterVersion> Keep(ImmutableArray<ParameterVersion> versions, ParameterKey key)
    {
        if (versions.Length <= MostVersions) return versions;
        if (versions[^1] is { Labels.IsEmpty: false, Number: var oldest })
        {
            throw new ParameterMaxVersionLimitExceeded(
                $"You attempted to create a new version of {key.Name} by calling the PutParameter API with the overwrite flag. Version {oldest}, the oldest version, "
                + "can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.");
        }

        return versions.RemoveAt(versions.Length - 1);
    }

    private static ParameterTier TierOf(PutParameterRequest request, ParameterState? there)
    {
        var isLong = Encoding.UTF8.GetByteCount(request.Value) is var bytes && bytes > StandardLength;
        // AWS: an advanced parameter does not become a standard one again.
        var wanted = there?.Latest.Tier == ParameterTier.Advanced ? ParameterTier.Advanced : request.Tier ?? ParameterTier.Standard;
        if (wanted == ParameterTier.IntelligentTiering) wanted = isLong ? ParameterTier.Advanced : ParameterTier.Standard;
        if (wanted == ParameterTier.Standard && isLong)
        {
            throw ParameterName.Invalid($"Standard tier parameters support a maximum parameter value of {StandardLength} characters. To create a larger parameter value, upgrade the parameter to "
                + "use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html");
        }

        return bytes <= AdvancedLength ? wanted
            : throw ParameterName.Invalid($"Advanced tier parameters support a maximum parameter value of {AdvancedLength} characters.");
    }

    private static void CheckPattern(PutParameterRequest request)
    {
        if (string.IsNullOrEmpty(request.AllowedPattern)) return;
        try
        {
            if (Regex.IsMatch(request.Value, request.AllowedPattern, RegexOptions.CultureInvariant, s_patternPatience)) return;
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw new InvalidAllowedPatternException("The regular expression in the request isn't valid. Verify the expression and try again.");
        }

        throw new ParameterPatternMismatchException($"Parameter value, cannot be validated against allowedPattern: {request.AllowedPattern}");
    }
}
