using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;

namespace Minato.CloudMap.Api;

// The life of namespaces.
internal sealed partial class CloudMapApi
{
    private const long DefaultSoaTtl = 15;

    public async Task<CreateHttpNamespaceResponse> CreateHttpNamespaceAsync(CreateHttpNamespaceRequest request, Caller caller, CancellationToken ct) =>
        new() { OperationId = await CreateAsync(New(caller, request.Name, NamespaceType.Http, request.Description, request.CreatorRequestId, request.Tags), ct) };

    public async Task<CreatePrivateDnsNamespaceResponse> CreatePrivateDnsNamespaceAsync(CreatePrivateDnsNamespaceRequest request, Caller caller, CancellationToken ct)
    {
        try
        {
            await ec2.DescribeVpcsAsync(new() { VpcIds = [request.Vpc] }, Home.Of(caller).AsService(), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new InvalidInput($"The VPC {request.Vpc} can't be found.");
        }

        var ns = New(caller, request.Name, NamespaceType.DnsPrivate, request.Description, request.CreatorRequestId, request.Tags) with
        {
            VpcId = request.Vpc, SoaTtl = request.Properties?.DnsProperties.SOA.TTL ?? DefaultSoaTtl,
        };
        return new() { OperationId = await CreateAsync(ns, ct) };
    }

    public async Task<CreatePublicDnsNamespaceResponse> CreatePublicDnsNamespaceAsync(CreatePublicDnsNamespaceRequest request, Caller caller, CancellationToken ct) => new()
    {
        OperationId = await CreateAsync(New(caller, request.Name, NamespaceType.DnsPublic, request.Description, request.CreatorRequestId, request.Tags) with
        {
            SoaTtl = request.Properties?.DnsProperties.SOA.TTL ?? DefaultSoaTtl,
        }, ct),
    };

    public Task<GetNamespaceResponse> GetNamespaceAsync(GetNamespaceRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var ns = FindNamespace(state, Home.Of(caller), request.Id);
        return Task.FromResult(new GetNamespaceResponse
        {
            Namespace = new()
            {
                Id = ns.Id, Arn = ns.Arn, ResourceOwner = ns.Home.AccountId, Name = ns.Name, Type = ns.Type, Description = ns.Description,
                ServiceCount = state.Count(CloudMapTables.ServicesByNamespace, ns.Id), Properties = ns.Properties, CreateDate = ns.CreatedAt, CreatorRequestId = ns.CreatorRequestId,
            },
        });
    }

    public Task<ListNamespacesResponse> ListNamespacesAsync(ListNamespacesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var found = state.Where(CloudMapTables.NamespacesByHome, Home.Of(caller)).Where(n => n.IsReady && (request.Filters ?? []).All(f => Matches(n, f)));
        var (page, token) = Page(nameof(ListNamespacesAsync), found, n => n.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListNamespacesResponse
        {
            NextToken = token,
            Namespaces = [.. page.Select(n => new NamespaceSummary
            {
                Id = n.Id, Arn = n.Arn, ResourceOwner = n.Home.AccountId, Name = n.Name, Type = n.Type, Description = n.Description,
                ServiceCount = state.Count(CloudMapTables.ServicesByNamespace, n.Id), Properties = n.Properties, CreateDate = n.CreatedAt,
            })],
        });
    }

    public async Task<DeleteNamespaceResponse> DeleteNamespaceAsync(DeleteNamespaceRequest request, Caller caller, CancellationToken ct)
    {
        var operation = await store.UpdateAsync(tx =>
        {
            var ns = FindNamespace(tx, Home.Of(caller), request.Id);
            if (tx.Count(CloudMapTables.ServicesByNamespace, ns.Id) > 0) throw new ResourceInUse("The namespace can't be deleted because it contains one or more services; delete the services first.");
            tx.Put(CloudMapTables.Namespaces, ns with { IsDeleting = true });
            return PutOperation(tx, ns.Home, OperationType.DeleteNamespace, ("NAMESPACE", ns.Id));
        }, ct);
        return new() { OperationId = operation.Id };
    }

    public async Task<UpdateHttpNamespaceResponse> UpdateHttpNamespaceAsync(UpdateHttpNamespaceRequest request, Caller caller, CancellationToken ct) =>
        new() { OperationId = await UpdateAsync(caller, request.Id, n => n with { Description = request.Namespace.Description }, ct) };

    public async Task<UpdatePrivateDnsNamespaceResponse> UpdatePrivateDnsNamespaceAsync(UpdatePrivateDnsNamespaceRequest request, Caller caller, CancellationToken ct) => new()
    {
        OperationId = await UpdateAsync(caller, request.Id, n => n with
        {
            Description = request.Namespace.Description ?? n.Description, SoaTtl = request.Namespace.Properties?.DnsProperties.SOA.TTL ?? n.SoaTtl,
        }, ct),
    };

    public async Task<UpdatePublicDnsNamespaceResponse> UpdatePublicDnsNamespaceAsync(UpdatePublicDnsNamespaceRequest request, Caller caller, CancellationToken ct) => new()
    {
        OperationId = await UpdateAsync(caller, request.Id, n => n with
        {
            Description = request.Namespace.Description ?? n.Description, SoaTtl = request.Namespace.Properties?.DnsProperties.SOA.TTL ?? n.SoaTtl,
        }, ct),
    };

    private NamespaceState New(Caller caller, string name, NamespaceType type, string? description, string? reference, ImmutableArray<Tag>? tags) => new()
    {
        Id = $"ns-{ids.Hex(16)}", Home = Home.Of(caller), Name = name, Type = type, Description = description, CreatorRequestId = reference,
        CreatedAt = clock.GetUtcNow(), Tags = Tagged(ImmutableSortedDictionary<string, string>.Empty, tags),
    };

    private async ValueTask<string> CreateAsync(NamespaceState made, CancellationToken ct)
    {
        var operation = await store.UpdateAsync(tx =>
        {
            var others = tx.Where(CloudMapTables.NamespacesByName, (made.Home, made.Name)).ToList();
            if (made.CreatorRequestId is { } reference && others.FirstOrDefault(o => o.CreatorRequestId == reference) is { } same
                && tx.Where(CloudMapTables.OperationsWaiting, same.Id).FirstOrDefault() is { } waiting)
                throw new DuplicateRequest($"A namespace with the creator request id {reference} is being made already.") { DuplicateOperationId = waiting.Id };

            // AWS: HTTP names are unique in a region, and private ones in a VPC.
            if (others.FirstOrDefault(o => o.Type == made.Type && o.VpcId == made.VpcId) is { } taken)
                throw new NamespaceAlreadyExists("The namespace that you're trying to create already exists.") { CreatorRequestId = taken.CreatorRequestId, NamespaceId = taken.Id };
            if (tx.Count(CloudMapTables.NamespacesByHome, made.Home) >= MostNamespaces) throw new ResourceLimitExceeded($"You have reached the limit of {MostNamespaces} namespaces.");
            tx.Put(CloudMapTables.Namespaces, made);
            return PutOperation(tx, made.Home, OperationType.CreateNamespace, ("NAMESPACE", made.Id));
        }, ct);
        return operation.Id;
    }

    private async ValueTask<string> UpdateAsync(Caller caller, string id, Func<NamespaceState, NamespaceState> change, CancellationToken ct)
    {
        var operation = await store.UpdateAsync(tx =>
        {
            var ns = FindNamespace(tx, Home.Of(caller), id);
            tx.Put(CloudMapTables.Namespaces, change(ns));
            return PutOperation(tx, ns.Home, OperationType.UpdateNamespace, ("NAMESPACE", ns.Id));
        }, ct);
        return operation.Id;
    }

    private static bool Matches(NamespaceState ns, NamespaceFilter filter)
    {
        var value = filter.Name switch
        {
            NamespaceFilterName.Type => ns.Type.ToWire(),
            NamespaceFilterName.ResourceOwner => "SELF",
            _ => ns.Name,
        };
        return Filters.Matches(value, filter.Condition, filter.Values);
    }
}
