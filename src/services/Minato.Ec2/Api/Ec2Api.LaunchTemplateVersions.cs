using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostVersions = 10_000;
    private const int MostVersionsDeletedAtOnce = 200;
    private const string Latest = "$Latest";
    private const string Default = "$Default";

    private static readonly FilterSet<LaunchTemplateVersionState> LaunchTemplateVersionFilters = new(
        ("image-id", v => [v.Data.ImageId]),
        ("instance-type", v => [v.Data.InstanceType]),
        ("iam-instance-profile", v => [v.Data.IamInstanceProfile?.Arn]),
        ("ebs-optimized", v => [v.Data.EbsOptimized == true ? "true" : "false"]),
        ("kernel-id", v => [v.Data.KernelId]),
        ("ram-disk-id", v => [v.Data.RamDiskId]));

    public async Task<CreateLaunchTemplateVersionResponse> CreateLaunchTemplateVersionAsync(
        CreateLaunchTemplateVersionRequest request, Caller caller, CancellationToken ct)
    {
        CheckLaunchTemplateData(request.LaunchTemplateData);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var template = Template(tx, caller, request.LaunchTemplateId, request.LaunchTemplateName);
            if (request.ClientToken is { } token && Version(tx, template, Latest) is var latest && latest.ClientToken == token) return (template, latest);
            if (tx.Count(LaunchTemplateTables.VersionsByTemplate, template.Key) >= MostVersions)
                throw LaunchTemplateErrors.TooMany("launch template versions", MostVersions);
            var source = request.SourceVersion is { } number ? Version(tx, template, number).Data : null;
            var next = template with { LatestVersion = template.NextVersion, NextVersion = template.NextVersion + 1 };
            tx.Put(LaunchTemplateTables.Templates, next);
            return (next, PutVersion(tx, next, next.LatestVersion, LaunchTemplateData.Merge(source, request.LaunchTemplateData), request.VersionDescription, caller, request.ClientToken));
        }, ct);
        return new() { LaunchTemplateVersion = ToWire(made.Item1, made.Item2) };
    }

    public async Task<DescribeLaunchTemplateVersionsResponse> DescribeLaunchTemplateVersionsAsync(
        DescribeLaunchTemplateVersionsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = LaunchTemplateVersionFilters.Compile(request.Filters, _ => NoTags);
        var found = request is { LaunchTemplateId: null, LaunchTemplateName: null } ? OfAllTemplates(state, request, caller) : OfOneTemplate(state, request, caller);
        var (page, next) = Page(nameof(DescribeLaunchTemplateVersionsAsync), found.Where(v => passes(v.Version)), v => v.Version.Key.ToString(), request.MaxResults, request.NextToken, least: 1);
        return new()
        {
            LaunchTemplateVersions = [.. page.Select(v => ToWire(v.Template, v.Version))], NextToken = next,
        };
    }

    public async Task<DeleteLaunchTemplateVersionsResponse> DeleteLaunchTemplateVersionsAsync(
        DeleteLaunchTemplateVersionsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Versions.Length > MostVersionsDeletedAtOnce) throw Ec2Errors.Invalid($"At most {MostVersionsDeletedAtOnce} versions can be deleted in one request.");
        EndIfDryRun(request.DryRun);
        return await store.UpdateAsync(tx =>
        {
            var template = Template(tx, caller, request.LaunchTemplateId, request.LaunchTemplateName);
            var (gone, kept) = (ImmutableArray.CreateBuilder<long>(), ImmutableArray.CreateBuilder<DeleteLaunchTemplateVersionsResponseErrorItem>());
            foreach (var number in request.Versions.Distinct(StringComparer.Ordinal).Select(v => Number(template, v)))
            {
                if (number == template.DefaultVersion) kept.Add(Kept(template, number, LaunchTemplateErrorCode.UnexpectedError, "Cannot delete the default version of a launch template."));
                else if (tx.Delete(LaunchTemplateTables.Versions, new LaunchTemplateVersionKey(template.Key, number))) gone.Add(number);
                else kept.Add(Kept(template, number, LaunchTemplateErrorCode.LaunchTemplateVersionDoesNotExist, $"Could not find launch template version {number}."));
            }

            tx.Put(LaunchTemplateTables.Templates, template with { LatestVersion = tx.Keys(LaunchTemplateTables.VersionsByTemplate, template.Key).Max(k => k.Number) });
            return new DeleteLaunchTemplateVersionsResponse
            {
                SuccessfullyDeletedLaunchTemplateVersions =
                    [.. gone.Select(n => new DeleteLaunchTemplateVersionsResponseSuccessItem { LaunchTemplateId = template.Key.Id, LaunchTemplateName = template.Name, VersionNumber = n })],
                UnsuccessfullyDeletedLaunchTemplateVersions = kept.ToImmutable(),
            };
        }, ct);
    }

    /// <summary>What RunInstances is to do, with the launch template it names.</summary>
    private static RunInstancesRequest WithTemplate(IReadState state, RunInstancesRequest request, Caller caller)
    {
        if (request.LaunchTemplate is not { } named) return request;
        var template = Template(state, caller, named.LaunchTemplateId, named.LaunchTemplateName);
        return LaunchTemplateData.Apply(request, Version(state, template, named.Version ?? Default).Data);
    }

    /// <summary>AWS tags an instance with the template and the version that it was launched from.</summary>
    private static ImmutableSortedDictionary<string, string> TemplateTags(IReadState state, RunInstancesRequest request, Caller caller)
    {
        if (request.LaunchTemplate is not { } named) return NoTags;
        var template = Template(state, caller, named.LaunchTemplateId, named.LaunchTemplateName);
        return NoTags.Add("aws:ec2launchtemplate:id", template.Key.Id)
            .Add("aws:ec2launchtemplate:version", Number(template, named.Version ?? Default).ToString(CultureInfo.InvariantCulture));
    }

    private LaunchTemplateVersionState PutVersion(
        Transaction tx, LaunchTemplateState template, long number, ResponseLaunchTemplateData data, string? description, Caller caller, string? token)
    {
        var version = new LaunchTemplateVersionState
        {
            Key = new(template.Key, number), CreatedBy = caller.PrincipalArn, CreatedAt = clock.GetUtcNow(), Description = description, Data = data, ClientToken = token,
        };
        tx.Put(LaunchTemplateTables.Versions, version);
        return version;
    }

    private static LaunchTemplateVersionState Version(IReadState state, LaunchTemplateState template, string version) =>
        state.Find(LaunchTemplateTables.Versions, new LaunchTemplateVersionKey(template.Key, Number(template, version)))
        ?? throw LaunchTemplateErrors.VersionNotFound(template.Key.Id, version);

    private static long Number(LaunchTemplateState template, string version) => version switch
    {
        Latest => template.LatestVersion,
        Default or "" => template.DefaultVersion,
        _ => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Ec2Errors.Invalid($"The version '{version}' of a launch template is neither a number nor {Latest} nor {Default}."),
    };

    private static IEnumerable<(LaunchTemplateState Template, LaunchTemplateVersionState Version)> OfOneTemplate(
        IReadState state, DescribeLaunchTemplateVersionsRequest request, Caller caller)
    {
        var template = Template(state, caller, request.LaunchTemplateId, request.LaunchTemplateName);
        if (request.Versions is { Length: > 0 } asked)
            return [.. asked.Select(v => Version(state, template, v)).DistinctBy(v => v.Key.Number).OrderBy(v => v.Key.Number).Select(v => (template, v))];
        var (least, most) = (request.MinVersion is { } min ? Number(template, min) : 0, request.MaxVersion is { } max ? Number(template, max) : long.MaxValue);
        return state.Where(LaunchTemplateTables.VersionsByTemplate, template.Key).Where(v => v.Key.Number >= least && v.Key.Number <= most).Select(v => (template, v));
    }

    // AWS: without a template the account's are meant, and of each only what $Latest or $Default names.
    private static IEnumerable<(LaunchTemplateState Template, LaunchTemplateVersionState Version)> OfAllTemplates(
        IReadState state, DescribeLaunchTemplateVersionsRequest request, Caller caller)
    {
        if (request.Versions is not { Length: > 0 } asked || asked.Any(v => v is not (Latest or Default))) throw LaunchTemplateErrors.NotNamed();
        return state.Where(LaunchTemplateTables.TemplatesByHome, HomeOf(caller))
            .SelectMany(t => asked.Select(v => Version(state, t, v)).DistinctBy(v => v.Key.Number).OrderBy(v => v.Key.Number).Select(v => (t, v)));
    }

    private static DeleteLaunchTemplateVersionsResponseErrorItem Kept(LaunchTemplateState template, long number, LaunchTemplateErrorCode code, string message) => new()
    {
        LaunchTemplateId = template.Key.Id, LaunchTemplateName = template.Name, VersionNumber = number, ResponseError = new() { Code = code, Message = message },
    };

    private static LaunchTemplateVersion ToWire(LaunchTemplateState template, LaunchTemplateVersionState version) => new()
    {
        LaunchTemplateId = template.Key.Id,
        LaunchTemplateName = template.Name,
        VersionNumber = version.Key.Number,
        VersionDescription = version.Description,
        CreateTime = version.CreatedAt,
        CreatedBy = version.CreatedBy,
        DefaultVersion = version.Key.Number == template.DefaultVersion,
        LaunchTemplateData = version.Data,
    };
}
