using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int TagsPerResource = 50;

    private sealed record TagRow(string ResourceId, string Key, string Value);

    private static readonly FilterSet<TagRow> TagFilters = new(
        ("resource-id", t => [t.ResourceId]),
        ("resource-type", t => [TypeOf(t.ResourceId)]),
        ("key", t => [t.Key]),
        ("value", t => [t.Value]));

    public async Task<CreateTagsResponse> CreateTagsAsync(CreateTagsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var tags = Checked(request.Tags, caller.MaySetSystemTags);
        await store.UpdateAsync(tx =>
        {
            foreach (var id in request.Resources)
            {
                Demand(tx, caller, id);
                var all = TagsOf(tx, KeyOf(caller, id)).SetItems(tags);
                if (all.Count > TagsPerResource) throw TooManyTags();
                PutTags(tx, KeyOf(caller, id), all);
            }
        }, ct);
        return new();
    }

    public async Task<DeleteTagsResponse> DeleteTagsAsync(DeleteTagsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            foreach (var id in request.Resources)
            {
                Demand(tx, caller, id);
                var tags = TagsOf(tx, KeyOf(caller, id));
                // AWS: without Tags all go; a tag given with a value goes only when it has that value.
                var left = request.Tags is not { } named ? NoTags
                    : tags.RemoveRange(named.Where(t => t.Key is not null && (t.Value is null || tags.GetValueOrDefault(t.Key) == t.Value)).Select(t => t.Key).OfType<string>());
                PutTags(tx, KeyOf(caller, id), left);
            }
        }, ct);
        return new();
    }

    public async Task<DescribeTagsResponse> DescribeTagsAsync(DescribeTagsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var resources = Filters.Exact(request.Filters, "resource-id") is { } named
            ? named.Order(StringComparer.Ordinal).Select(id => state.Find(Ec2Tables.Tags, KeyOf(caller, id))).OfType<ResourceTags>()
            : state.Where(Ec2Tables.TagsByHome, HomeOf(caller));
        var rows = resources.SelectMany(r => r.Tags, (r, t) => new TagRow(r.Key.Id, t.Key, t.Value))
            .Where(TagFilters.Compile(request.Filters, t => NoTags.Add(t.Key, t.Value)));
        var (page, next) = Page(nameof(DescribeTagsAsync), rows, t => $"{t.ResourceId}\n{t.Key}", request.MaxResults, request.NextToken);
        return new()
        {
            Tags = [.. page.Select(t => new TagDescription { ResourceId = t.ResourceId, ResourceType = TypeOf(t.ResourceId), Key = t.Key, Value = t.Value })],
            NextToken = next,
        };
    }

    private static void PutTags(Transaction tx, ResourceKey key, ImmutableSortedDictionary<string, string> tags)
    {
        if (tags.IsEmpty) tx.Delete(Ec2Tables.Tags, key);
        else tx.Put(Ec2Tables.Tags, new() { Key = key, Tags = tags });
    }

    /// <param name="others">Types that the operation makes besides: their tags are asked for apart.</param>
    private static ImmutableSortedDictionary<string, string> TagsFrom(
        ImmutableArray<TagSpecification>? specifications, string type, bool isFromAws = false, params ReadOnlySpan<string> others)
    {
        if (specifications is not { } all) return NoTags;
        foreach (var specification in all)
        {
            if (specification.ResourceType != type && !others.Contains(specification.ResourceType ?? ""))
                throw Ec2Errors.Invalid($"'{specification.ResourceType}' is not a valid taggable resource type for this operation.");
        }
        var tags = Checked([.. all.Where(s => s.ResourceType == type).SelectMany(s => s.Tags ?? [])], isFromAws);
        return tags.Count > TagsPerResource ? throw TooManyTags() : tags;
    }

    private static AwsException TooManyTags() => new("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");

    private static ImmutableSortedDictionary<string, string> Checked(ImmutableArray<Tag> tags, bool isFromAws = false)
    {
        var all = NoTags.ToBuilder();
        foreach (var tag in tags)
        {
            if (string.IsNullOrEmpty(tag.Key)) throw Ec2Errors.Invalid("Tag key cannot be empty.");
            if (!isFromAws && tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) throw Ec2Errors.Invalid("Tag keys starting with 'aws:' are reserved for internal use");
            if (tag.Key.Length > 127) throw Ec2Errors.Invalid("Tag key exceeds the maximum length of 127 characters");
            if (tag.Value?.Length > 255) throw Ec2Errors.Invalid("Tag value exceeds the maximum length of 255 characters");
            all[tag.Key] = tag.Value ?? "";
        }
        return all.ToImmutable();
    }

    /// <summary>Only what exists can carry tags.</summary>
    private void Demand(IReadState state, Caller caller, string id)
    {
        var key = KeyOf(caller, id);
        switch (TypeOf(id))
        {
            case "vpc" when state.Find(Ec2Tables.Vpcs, key) is null: throw Ec2Errors.VpcNotFound(id);
            case "subnet" when state.Find(Ec2Tables.Subnets, key) is null: throw Ec2Errors.SubnetNotFound(id);
            case "security-group" when state.Find(Ec2Tables.SecurityGroups, key) is null: throw Ec2Errors.GroupNotFound(id);
            case "network-interface" when state.Find(Ec2Tables.Interfaces, key) is null: throw Ec2Errors.InterfaceNotFound(id);
            case "launch-template" when state.Find(LaunchTemplateTables.Templates, key) is null: throw LaunchTemplateErrors.IdNotFound(id);
            case "route-table" when state.Find(Ec2Tables.RouteTables, key) is null: throw Ec2Errors.RouteTableNotFound(id);
            case "internet-gateway" when state.Find(Ec2Tables.InternetGateways, key) is null: throw Ec2Errors.InternetGatewayNotFound(id);
            case "natgateway" when state.Find(Ec2Tables.NatGateways, key) is null: throw Ec2Errors.NatGatewayNotFound(id);
            case "vpc-endpoint" when state.Find(Ec2Tables.Endpoints, key) is null: throw Ec2Errors.EndpointNotFound(id);
            case "elastic-ip" when state.Find(Ec2Tables.Addresses, key) is null: throw Ec2Errors.AllocationNotFound(id);
            case "network-acl" when state.Find(Ec2Tables.NetworkAcls, key) is null: throw Ec2Errors.AclNotFound(id);
            case "prefix-list" when state.Find(Ec2Tables.PrefixLists, key) is null: throw Ec2Errors.PrefixListNotFound(id);
            case "dhcp-options" when state.Find(Ec2Tables.Homes, HomeOf(caller))?.DhcpOptionsId != id && state.Find(Ec2Tables.DhcpOptions, key) is null:
                throw Ec2Errors.DhcpOptionsNotFound(id);
            case "key-pair" when state.Find(Ec2Tables.KeyPairs, key) is null: throw Ec2Errors.KeyPairNotFound(id);
            case "image" when state.Find(Ec2Tables.Images, key) is null: throw Ec2Errors.ImageNotFound(id);
            case "instance" when HostId(HomeOf(caller)) != id && state.Find(Ec2Tables.Machines, key) is null: throw Ec2Errors.InstanceNotFound(id);
            case "security-group-rule" when RuleOf(state, caller, id) is null: throw Ec2Errors.RuleNotFound(id);
            case null: throw Ec2Errors.ResourceNotFound(id);
        }
    }

    private static string? TypeOf(string id) => id.Split('-')[0] switch
    {
        "vpc" => "vpc",
        "subnet" => "subnet",
        "sg" => "security-group",
        "sgr" => "security-group-rule",
        "eni" => "network-interface",
        "rtb" => "route-table",
        "lt" => "launch-template",
        "igw" => "internet-gateway",
        "nat" => "natgateway",
        "vpce" => "vpc-endpoint",
        "eipalloc" => "elastic-ip",
        "acl" => "network-acl",
        "pl" => "prefix-list",
        "dopt" => "dhcp-options",
        "key" => "key-pair",
        "i" => "instance",
        "ami" => "image",
        _ => null,
    };
}
