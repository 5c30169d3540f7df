using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Ssm.Planning;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

// Reading parameters.
internal sealed partial class SsmApi
{
    private const int PathPage = 10;
    private const int DescribePage = 50;

    public async Task<GetParameterResponse> GetParameterAsync(GetParameterRequest request, Caller caller, CancellationToken ct)
    {
        if (SecretReferences.IsOne(request.Name))
            return new() { Parameter = await references.FindAsync(request.Name, request.WithDecryption, caller, ct) ?? throw new ParameterNotFound() };
        var asked = ParameterName.Parse(request.Name);
        if (PublicParameters.IsOne(asked.Name)) return new() { Parameter = PublicParameters.Find(asked, caller.Region) ?? throw new ParameterNotFound() };
        var parameter = TryFind(store.Current, caller, asked.Name) ?? throw new ParameterNotFound();
        return new() { Parameter = await ToWireAsync(parameter, Choose(parameter, asked), request.WithDecryption, caller, ct, asked.Selector) };
    }

    public async Task<GetParametersResponse> GetParametersAsync(GetParametersRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var found = ImmutableArray.CreateBuilder<Parameter>();
        var invalid = ImmutableArray.CreateBuilder<string>();
        foreach (var name in request.Names.Distinct(StringComparer.Ordinal))
        {
            if (SecretReferences.IsOne(name))
            {
                if (await references.FindAsync(name, request.WithDecryption, caller, ct) is { } secret) found.Add(secret);
                else invalid.Add(name);
                continue;
            }

            var asked = ParameterName.Parse(name);
            if (PublicParameters.IsOne(asked.Name))
            {
                if (PublicParameters.Find(asked, caller.Region) is { } own) found.Add(own);
                else invalid.Add(name);
                continue;
            }

            var parameter = TryFind(state, caller, asked.Name);
            // AWS: what is not there, a version among it, is listed; the call does not fail.
            if (parameter is null || !Has(parameter, asked)) invalid.Add(name);
            else found.Add(await ToWireAsync(parameter, Choose(parameter, asked), request.WithDecryption, caller, ct, asked.Selector));
        }

        return new() { Parameters = found.ToImmutable(), InvalidParameters = invalid.ToImmutable() };
    }

    public async Task<GetParametersByPathResponse> GetParametersByPathAsync(GetParametersByPathRequest request, Caller caller, CancellationToken ct)
    {
        if (!request.Path.StartsWith('/'))
            throw ParameterName.Invalid("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".");
        ParameterFilter.Check(request.ParameterFilters, ParameterFilter.OfPath, tags: false);
        var operation = $"{nameof(GetParametersByPathAsync)} {request.Path}";
        if (PublicParameters.IsOne($"{request.Path}/"))
        {
            var size = request.MaxResults ?? PathPage;
            var own = PublicParameters.Under(request.Path, request.Recursive == true, caller.Region, Position(operation, request.NextToken) ?? "").Take(size + 1).ToArray();
            return new() { Parameters = [.. own.Take(size)], NextToken = own.Length > size ? tokens.Encode(operation, own[size - 1].Name ?? "") : null };
        }
        var rest = Under(caller, request.Path, Position(operation, request.NextToken))
            .Where(p => ParameterFilter.IsUnder(p.Key.Name, request.Path, request.Recursive == true) && ParameterFilter.Matches(p, request.ParameterFilters));
        var (page, token) = Page(operation, rest, request.MaxResults ?? PathPage);
        var found = ImmutableArray.CreateBuilder<Parameter>();
        foreach (var parameter in page) found.Add(await ToWireAsync(parameter, parameter.Latest, request.WithDecryption, caller, ct));
        return new() { Parameters = found.ToImmutable(), NextToken = token };
    }

    public Task<DescribeParametersResponse> DescribeParametersAsync(DescribeParametersRequest request, Caller caller, CancellationToken ct)
    {
        ImmutableArray<ParameterStringFilter> filters =
        [
            .. request.ParameterFilters ?? [],
            .. (request.Filters ?? []).Select(f => new ParameterStringFilter { Key = f.Key.ToWire(), Values = f.Values, Option = "BeginsWith" }),
        ];
        ParameterFilter.Check(filters, ParameterFilter.OfDescription, tags: true);
        var rest = After(caller, Position(nameof(DescribeParametersAsync), request.NextToken) ?? "").Where(p => ParameterFilter.Matches(p, filters));
        var (page, token) = Page(nameof(DescribeParametersAsync), rest, request.MaxResults ?? DescribePage);
        return Task.FromResult(new DescribeParametersResponse { Parameters = [.. page.Select(ToMetadata)], NextToken = token });
    }

    public async Task<GetParameterHistoryResponse> GetParameterHistoryAsync(GetParameterHistoryRequest request, Caller caller, CancellationToken ct)
    {
        var parameter = Find(store.Current, caller, request.Name);
        var operation = $"{nameof(GetParameterHistoryAsync)} {request.Name}";
        var after = long.Parse(Position(operation, request.NextToken) ?? "0");
        var size = request.MaxResults ?? DescribePage;
        var page = parameter.Versions.Reverse().Where(v => v.Number > after).Take(size + 1).ToArray(); // AWS: the oldest first.
        var found = ImmutableArray.CreateBuilder<ParameterHistory>();
        foreach (var version in page.Take(size)) found.Add(ToHistory(parameter, version, await ValueOfAsync(parameter, version, request.WithDecryption, caller, ct)));
        return new() { Parameters = found.ToImmutable(), NextToken = page.Length > size ? tokens.Encode(operation, $"{page[size - 1].Number}") : null };
    }

    private static bool Has(ParameterState parameter, ParameterName asked) => parameter.Versions.Any(v =>
        (asked.Version is null || v.Number == asked.Version) && (asked.Label is null || v.Labels.Contains(asked.Label)));

    private IEnumerable<ParameterState> After(Caller caller, string name) =>
        store.Current.After(SsmTables.ParametersByHome, Home.Of(caller), new ParameterKey(Home.Of(caller), name));

    // A hierarchy is a run in the order of names.
    private IEnumerable<ParameterState> Under(Caller caller, string path, string? after)
    {
        var prefix = ParameterFilter.Prefix(path);
        return After(caller, after ?? prefix).TakeWhile(p => p.Key.Name.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static ParameterMetadata ToMetadata(ParameterState parameter) => new()
    {
        Name = parameter.Key.Name, ARN = parameter.Key.Arn, Type = parameter.Type, KeyId = parameter.Latest.KeyId,
        LastModifiedDate = parameter.Latest.ModifiedAt, LastModifiedUser = parameter.Latest.ModifiedBy, Description = parameter.Latest.Description,
        AllowedPattern = parameter.Latest.AllowedPattern, Version = parameter.Latest.Number, Tier = parameter.Latest.Tier, Policies = [.. parameter.Policies.Select(ToWire)],
        DataType = parameter.Latest.DataType,
    };

    private static ParameterInlinePolicy ToWire(ParameterPolicy policy) =>
        new() { PolicyText = policy.Text, PolicyType = policy.Type.ToString(), PolicyStatus = policy.IsDone ? "Finished" : "Pending" };

    private static ParameterHistory ToHistory(ParameterState parameter, ParameterVersion version, string value) => new()
    {
        Name = parameter.Key.Name, Type = parameter.Type, KeyId = version.KeyId, LastModifiedDate = version.ModifiedAt,
        LastModifiedUser = version.ModifiedBy, Description = version.Description, Value = value,
        AllowedPattern = version.AllowedPattern, Version = version.Number, Labels = [.. version.Labels], Tier = version.Tier, Policies = [],
        DataType = version.DataType,
    };
}
