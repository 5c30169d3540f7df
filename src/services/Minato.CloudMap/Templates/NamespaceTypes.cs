using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Templates;

/// <summary>What templates can name of Cloud Map.</summary>
internal static class NamespaceTypes
{
    public static IServiceCollection AddCloudMapResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, HttpNamespaceType>()
        .AddSingleton<IResourceType, PrivateDnsNamespaceType>()
        .AddSingleton<IResourceType, PublicDnsNamespaceType>()
        .AddSingleton<IResourceType, ServiceType>()
        .AddSingleton<IResourceType, InstanceType>();

    public static async Task RetagAsync(this IServicediscovery map, string arn, TemplateResource r, CancellationToken ct)
    {
        var there = (await map.ListTagsForResourceAsync(new() { ResourceARN = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await map.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await map.TagResourceAsync(new() { ResourceARN = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }
}

/// <summary>What is made, changed or deleted by an operation that goes on in the background; it is waited for.</summary>
internal abstract class OperationType(string typeName, IServicediscovery map, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    protected IServicediscovery Map => map;

    protected override Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => IsDoneAsync(r, ct);
    protected override Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => IsDoneAsync(r, ct);

    protected async Task<string?> TargetAsync(string kind, TemplateResource r, CancellationToken ct) =>
        r.Note is not { } operation ? null : (await map.GetOperationAsync(new() { OperationId = operation }, r.Caller, ct)).Operation?.Targets?.GetValueOrDefault(kind);

    private async Task<bool> IsDoneAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Note is not { } id) return true;
        var operation = (await map.GetOperationAsync(new() { OperationId = id }, r.Caller, ct)).Operation;
        if (operation?.Status == OperationStatus.Fail) throw new ResourceFailedException("GeneralServiceException", operation.ErrorMessage ?? operation.ErrorCode ?? "The operation failed.");
        return operation is null || operation.Status == OperationStatus.Success;
    }
}

internal abstract class NamespaceType(string typeName, IServicediscovery map, TimeProvider clock) : OperationType(typeName, map, clock)
{
    protected static string[] Names { get; } = ["Arn", "HostedZoneId", "Id"];

    /// <returns>The operation. Cloud Map knows a call again by its token.</returns>
    protected abstract Task<string?> AskAsync(TemplateResource r, CancellationToken ct);
    protected abstract Task<string?> AskChangeAsync(TemplateResource r, CancellationToken ct);

    // Cloud Map itself says when a name is taken, and it knows a repeated call by its token.
    protected override Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => Task.FromResult<string?>(null);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        // AWS: a repeated call is refused, and told what it made or which operation makes it.
        try { r.Note = await AskAsync(r, ct); }
        catch (DuplicateRequest e) { r.Note = e.DuplicateOperationId; }
        catch (NamespaceAlreadyExists e) when (e.CreatorRequestId == r.Token) { r.Id = e.NamespaceId ?? ""; }
        if (await TargetAsync("NAMESPACE", r, ct) is { } id) r.Id = id;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Note = r.Changed("Description", "Properties") ? await AskChangeAsync(r, ct) : null;
        if ((await Map.GetNamespaceAsync(new() { Id = r.Id }, r.Caller, ct)).Namespace?.Arn is { } arn) await Map.RetagAsync(arn, r, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct) => r.Note = (await Map.DeleteNamespaceAsync(new() { Id = r.Id }, r.Caller, ct)).OperationId;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await Map.GetNamespaceAsync(new() { Id = r.Id }, r.Caller, ct)).Namespace is not { } seen) return null;
        var model = r.Model(seen, ("Arn", seen.Arn), ("HostedZoneId", seen.Properties?.DnsProperties?.HostedZoneId), ("Id", r.Id));
        model.Properties.Remove("Properties");
        if (r.Text("Vpc") is { } vpc) model.Properties["Vpc"] = vpc;
        return model;
    }
}

internal sealed class HttpNamespaceType(IServicediscovery map, TimeProvider clock) : NamespaceType("AWS::ServiceDiscovery::HttpNamespace", map, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateHttpNamespaceRequest>() with { CreateOnly = ["Name"], Attributes = ["Arn", "Id"], Identifiers = ["Id"] };

    protected override async Task<string?> AskAsync(TemplateResource r, CancellationToken ct) => (await Map.CreateHttpNamespaceAsync(r.As<CreateHttpNamespaceRequest>(), r.Caller, ct)).OperationId;

    protected override async Task<string?> AskChangeAsync(TemplateResource r, CancellationToken ct) => (await Map.UpdateHttpNamespaceAsync(
        new() { Id = r.Id, Namespace = new() { Description = r.Text("Description") ?? "" } }, r.Caller, ct)).OperationId;
}

internal sealed class PrivateDnsNamespaceType(IServicediscovery map, TimeProvider clock) : NamespaceType("AWS::ServiceDiscovery::PrivateDnsNamespace", map, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreatePrivateDnsNamespaceRequest>() with { CreateOnly = ["Name", "Vpc"], Attributes = Names, Identifiers = ["Id"] };

    protected override async Task<string?> AskAsync(TemplateResource r, CancellationToken ct) =>
        (await Map.CreatePrivateDnsNamespaceAsync(r.As<CreatePrivateDnsNamespaceRequest>(), r.Caller, ct)).OperationId;

    protected override async Task<string?> AskChangeAsync(TemplateResource r, CancellationToken ct) =>
        (await Map.UpdatePrivateDnsNamespaceAsync(new() { Id = r.Id, Namespace = r.Read<PrivateDnsNamespaceChange>(r.Properties) }, r.Caller, ct)).OperationId;
}

internal sealed class PublicDnsNamespaceType(IServicediscovery map, TimeProvider clock) : NamespaceType("AWS::ServiceDiscovery::PublicDnsNamespace", map, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreatePublicDnsNamespaceRequest>() with { CreateOnly = ["Name"], Attributes = Names, Identifiers = ["Id"] };

    protected override async Task<string?> AskAsync(TemplateResource r, CancellationToken ct) =>
        (await Map.CreatePublicDnsNamespaceAsync(r.As<CreatePublicDnsNamespaceRequest>(), r.Caller, ct)).OperationId;

    protected override async Task<string?> AskChangeAsync(TemplateResource r, CancellationToken ct) =>
        (await Map.UpdatePublicDnsNamespaceAsync(new() { Id = r.Id, Namespace = r.Read<PublicDnsNamespaceChange>(r.Properties) }, r.Caller, ct)).OperationId;
}
