using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.CloudFormation;
using Minato.Platform;

namespace Minato.Server.Tests;

/// <summary>What handlers made in a world, and when they fail. It outlives the process.</summary>
internal sealed class StackLedger(Ids chance)
{
    /// <summary>Of how many calls one fails; none when it is nothing.</summary>
    public int OneOf { get; set; }

    /// <summary>By type and id: what to ask for it with.</summary>
    public Dictionary<(string Type, string Id), ResourceRequest> Made { get; } = [];

    /// <summary>Operations that failed by order, for the test's own words.</summary>
    public HashSet<string> Failed { get; } = [];

    public bool Fails(string type, string operation)
    {
        if (OneOf == 0 || chance.Next(OneOf) > 0) return false;
        Failed.Add($"{operation} {type}");
        return true;
    }

    public bool Half() => chance.Next(2) == 0;

    public void Note(string type, string? id, ResourceRequest request)
    {
        if (id is not null) Made[(type, id)] = request with { PhysicalResourceId = id };
    }
}

/// <summary>A type of a room that fails now and then: before it has done anything, or after it has done it.</summary>
internal sealed class FaultyType(IResourceType inner, StackLedger ledger) : IResourceType
{
    public string TypeName => inner.TypeName;
    public ResourceTypeSchema Schema => inner.Schema;

    /// <summary>Puts itself before all types of all rooms but CloudFormation's own.</summary>
    public static void Wrap(IServiceCollection services, StackLedger ledger)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is not { ImplementationType: { } type } found || found.ServiceType != typeof(IResourceType) || type.Assembly == typeof(CloudFormationRoom).Assembly) continue;
            services[i] = ServiceDescriptor.Singleton<IResourceType>(p => new FaultyType((IResourceType)ActivatorUtilities.CreateInstance(p, type), ledger));
        }
    }

    public async ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct)
    {
        var fails = ledger.Fails(TypeName, "create");
        if (fails && request.PhysicalResourceId is null && request.Context is null && ledger.Half()) return No(null);
        var progress = await inner.CreateAsync(request, ct);
        var id = progress switch { ResourceProgress.Done done => done.PhysicalResourceId, ResourceProgress.Pending pending => pending.PhysicalResourceId, _ => null };
        ledger.Note(TypeName, id, request);
        return fails && id is not null ? No(id) : progress;
    }

    public async ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct)
    {
        var fails = ledger.Fails(TypeName, "update");
        if (fails && ledger.Half()) return No(null);
        var progress = await inner.UpdateAsync(request, ct);
        ledger.Note(TypeName, (progress as ResourceProgress.Done)?.PhysicalResourceId, request);
        return fails && progress is ResourceProgress.Done ? No(request.PhysicalResourceId) : progress;
    }

    public async ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct)
    {
        var fails = ledger.Fails(TypeName, "delete");
        if (fails && ledger.Half()) return No(null);
        var progress = await inner.DeleteAsync(request, ct);
        return fails ? No(null) : progress;
    }

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) => inner.ReadAsync(request, ct);

    public bool IsReplacedBy(JsonObject updatePolicy, JsonObject before, JsonObject after) => inner.IsReplacedBy(updatePolicy, before, after);

    private static ResourceProgress.Failed No(string? id) => new("GeneralServiceException", "by order", id);
}
