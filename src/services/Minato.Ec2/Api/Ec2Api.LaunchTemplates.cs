using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostLaunchTemplates = 5000;

    private static readonly FilterSet<LaunchTemplateState> LaunchTemplateFilters = new(
        ("launch-template-name", t => [t.Name]),
        ("create-time", t => [$"{t.CreatedAt:yyyy-MM-ddTHH:mm:ss.fffZ}"]));

    public async Task<CreateLaunchTemplateResponse> CreateLaunchTemplateAsync(CreateLaunchTemplateRequest request, Caller caller, CancellationToken ct)
    {
        if (!LaunchTemplateName().IsMatch(request.LaunchTemplateName)) throw LaunchTemplateErrors.NameMalformed();
        CheckLaunchTemplateData(request.LaunchTemplateData);
        EndIfDryRun(request.DryRun);
        var tags = TagsFrom(request.TagSpecifications, "launch-template", caller.MaySetSystemTags);
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Where(LaunchTemplateTables.TemplatesByName, (HomeOf(caller), request.LaunchTemplateName)).FirstOrDefault() is { } same)
                return request.ClientToken is { } token && token == same.ClientToken ? same : throw LaunchTemplateErrors.NameTaken();
            if (tx.Count(LaunchTemplateTables.TemplatesByHome, HomeOf(caller)) >= MostLaunchTemplates)
                throw LaunchTemplateErrors.TooMany("launch templates", MostLaunchTemplates);
            var template = new LaunchTemplateState
            {
                Key = KeyOf(caller, DefaultVpc.NewId("lt", ids)), Name = request.LaunchTemplateName, CreatedBy = caller.PrincipalArn,
                CreatedAt = clock.GetUtcNow(), ClientToken = request.ClientToken,
            };
            tx.Put(LaunchTemplateTables.Templates, template);
            PutVersion(tx, template, 1, LaunchTemplateData.Merge(null, request.LaunchTemplateData), request.VersionDescription, caller, null);
            PutTags(tx, template.Key, tags);
            return template;
        }, ct);
        return new() { LaunchTemplate = ToWire(store.Current, made) };
    }

    public async Task<DescribeLaunchTemplatesResponse> DescribeLaunchTemplatesAsync(DescribeLaunchTemplatesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = LaunchTemplateFilters.Compile(request.Filters, t => TagsOf(state, t.Key));
        var found = request.LaunchTemplateNames is { Length: > 0 } names
            ? names.Distinct(StringComparer.Ordinal).Select(n => ByName(state, caller, n))
            : Named(state, caller, request.LaunchTemplateIds, LaunchTemplateTables.Templates,
                () => state.Where(LaunchTemplateTables.TemplatesByHome, HomeOf(caller)), LaunchTemplateErrors.IdNotFound);
        var (page, next) = Page(nameof(DescribeLaunchTemplatesAsync), found.Where(passes), t => t.Key.Id, request.MaxResults, request.NextToken, least: 1);
        return new() { LaunchTemplates = [.. page.Select(t => ToWire(state, t))], NextToken = next };
    }

    public async Task<ModifyLaunchTemplateResponse> ModifyLaunchTemplateAsync(ModifyLaunchTemplateRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var changed = await store.UpdateAsync(tx =>
        {
            var template = Template(tx, caller, request.LaunchTemplateId, request.LaunchTemplateName);
            if (request.DefaultVersion is not { } version) return template;
            var next = template with { DefaultVersion = Version(tx, template, version).Key.Number };
            tx.Put(LaunchTemplateTables.Templates, next);
            return next;
        }, ct);
        return new() { LaunchTemplate = ToWire(store.Current, changed) };
    }

    public async Task<DeleteLaunchTemplateResponse> DeleteLaunchTemplateAsync(DeleteLaunchTemplateRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var gone = await store.UpdateAsync(tx =>
        {
            var template = Template(tx, caller, request.LaunchTemplateId, request.LaunchTemplateName);
            var wire = ToWire(tx, template);
            foreach (var version in tx.Keys(LaunchTemplateTables.VersionsByTemplate, template.Key).ToArray()) tx.Delete(LaunchTemplateTables.Versions, version);
            tx.Delete(LaunchTemplateTables.Templates, template.Key);
            tx.Delete(Ec2Tables.Tags, template.Key);
            return wire;
        }, ct);
        return new() { LaunchTemplate = gone };
    }

    private static LaunchTemplateState Template(IReadState state, Caller caller, string? id, string? name) => (id, name) switch
    {
        ({ } one, null) => state.Find(LaunchTemplateTables.Templates, KeyOf(caller, one)) ?? throw LaunchTemplateErrors.IdNotFound(one),
        (null, { } one) => ByName(state, caller, one),
        _ => throw LaunchTemplateErrors.NotNamed(),
    };

    private static LaunchTemplateState ByName(IReadState state, Caller caller, string name) =>
        state.Where(LaunchTemplateTables.TemplatesByName, (HomeOf(caller), name)).FirstOrDefault() ?? throw LaunchTemplateErrors.NameNotFound(name);

    private static LaunchTemplate ToWire(IReadState state, LaunchTemplateState template) => new()
    {
        LaunchTemplateId = template.Key.Id,
        LaunchTemplateName = template.Name,
        CreateTime = template.CreatedAt,
        CreatedBy = template.CreatedBy,
        DefaultVersionNumber = template.DefaultVersion,
        LatestVersionNumber = template.LatestVersion,
        Tags = ToWire(TagsOf(state, template.Key)),
    };

    // AWS: a type is looked at when the template is used, its tags when it is made.
    private static void CheckLaunchTemplateData(RequestLaunchTemplateData data)
    {
        foreach (var tags in data.TagSpecifications ?? []) Checked(tags.Tags ?? []);
    }

    [GeneratedRegex(@"^[a-zA-Z0-9().\-/_]{3,128}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LaunchTemplateName();
}
