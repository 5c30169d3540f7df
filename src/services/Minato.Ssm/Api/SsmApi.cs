using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Ssm.Planning;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

/// <summary>The Parameter Store. Every value is sealed before it is stored; only a SecureString is also answered sealed.</summary>
internal sealed partial class SsmApi(
    Store store, ParameterValues values, ParameterEvents events, SecretReferences references, PageTokens tokens, TimeProvider clock) : ISsm
{
    private const int MostTags = 50;

    private static ParameterState? TryFind(IReadState state, Caller caller, string name)
    {
        var home = Home.Of(caller);
        // AWS: the ARN of a name without a hierarchy does not tell whether it begins with a slash.
        return state.Find(SsmTables.Parameters, new ParameterKey(home, name)) ?? state.Find(SsmTables.Parameters, new ParameterKey(home, $"/{name}"));
    }

    private static ParameterState Find(IReadState state, Caller caller, string name) =>
        state.Find(SsmTables.Parameters, new ParameterKey(Home.Of(caller), name)) ?? throw new ParameterNotFound();

    /// <exception cref="ParameterVersionNotFound">There is no such version or label.</exception>
    private static ParameterVersion Choose(ParameterState parameter, ParameterName asked)
    {
        if (asked.Version is { } number)
        {
            return parameter.Versions.FirstOrDefault(v => v.Number == number) ?? throw new ParameterVersionNotFound(
                $"Systems Manager could not find version {number} of {asked.Name}. Verify the version and try again.");
        }

        if (asked.Label is not { } label) return parameter.Latest;
        return parameter.Versions.FirstOrDefault(v => v.Labels.Contains(label)) ?? throw new ParameterVersionNotFound(
            $"Systems Manager could not find label {label} for parameter {asked.Name}. Verify the label and try again.");
    }

    private async ValueTask<Parameter> ToWireAsync(
        ParameterState parameter, ParameterVersion version, bool? withDecryption, Caller caller, CancellationToken ct, string? selector = null) => new()
    {
        Name = parameter.Key.Name, Type = parameter.Type, Value = await ValueOfAsync(parameter, version, withDecryption, caller, ct), Version = version.Number,
        Selector = selector, LastModifiedDate = version.ModifiedAt, ARN = parameter.Key.Arn, DataType = version.DataType,
    };

    // AWS: a SecureString that nobody asked to decrypt is answered as ciphertext.
    private async ValueTask<string> ValueOfAsync(ParameterState parameter, ParameterVersion version, bool? withDecryption, Caller caller, CancellationToken ct) =>
        parameter.Type == ParameterType.SecureString && withDecryption != true ? Convert.ToBase64String(version.Sealed)
            : Encoding.UTF8.GetString(await values.OpenAsync(parameter, version, caller, ct));

    private (ImmutableArray<ParameterState> Page, string? Token) Page(string operation, IEnumerable<ParameterState> rest, int size)
    {
        var page = rest.Take(size + 1).ToImmutableArray();
        return page.Length <= size ? (page, null) : (page[..size], tokens.Encode(operation, page[size - 1].Key.Name));
    }

    private string? Position(string operation, string? token) => token is null ? null
        : tokens.Decode(operation, token) ?? throw new InvalidNextToken("The specified token is not valid.");

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        var merged = tags.SetItems((added ?? []).Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return merged.Count <= MostTags ? merged : throw new TooManyTagsError($"The Targets parameter includes too many tags: at most {MostTags} are allowed.");
    }
}
