using Minato.Aws;
using Minato.Contracts.Organizations;
using Minato.Organizations.State;

namespace Minato.Organizations.Api;

internal sealed partial class OrganizationsApi
{
    private const int DeepestUnit = 5; // AWS: below the root.

    public async Task<CreateOrganizationalUnitResponse> CreateOrganizationalUnitAsync(CreateOrganizationalUnitRequest request, Caller caller, CancellationToken ct)
    {
        var id = "";
        var changed = await ChangeAsync(caller, o =>
        {
            if (!o.IsParent(request.ParentId)) throw NoParent();
            CheckName(o, request.ParentId, request.Name);
            var depth = 0;
            for (var at = request.ParentId; at is not null; at = o.ParentOf(at)) depth++;
            if (depth > DeepestUnit) throw Constraint("You have exceeded the allowed depth of organizational units.", ConstraintViolationExceptionReason.OuDepthLimitExceeded);
            id = $"ou-{o.RootId[2..]}-{Letters(8)}";
            return Tagged(o with { Units = o.Units.Add(id, new(id, request.ParentId, request.Name)) }, id, request.Tags).WithDefault(id);
        }, ct);
        return new() { OrganizationalUnit = UnitOf(changed, id) };
    }

    public Task<DescribeOrganizationalUnitResponse> DescribeOrganizationalUnitAsync(DescribeOrganizationalUnitRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeOrganizationalUnitResponse { OrganizationalUnit = UnitOf(RequireManaged(store.Current, caller), request.OrganizationalUnitId) });

    public async Task<UpdateOrganizationalUnitResponse> UpdateOrganizationalUnitAsync(UpdateOrganizationalUnitRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await ChangeAsync(caller, o =>
        {
            var unit = FindUnit(o, request.OrganizationalUnitId);
            if (request.Name is not { } name || name == unit.Name) return o;
            CheckName(o, unit.ParentId, name);
            return o with { Units = o.Units.SetItem(unit.Id, unit with { Name = name }) };
        }, ct);
        return new() { OrganizationalUnit = UnitOf(changed, request.OrganizationalUnitId) };
    }

    public async Task<DeleteOrganizationalUnitResponse> DeleteOrganizationalUnitAsync(DeleteOrganizationalUnitRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var unit = FindUnit(o, request.OrganizationalUnitId);
            if (o.Units.Values.Any(u => u.ParentId == unit.Id) || o.Members.Values.Any(m => m.ParentId == unit.Id))
                throw new OrganizationalUnitNotEmptyException("The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.");
            return (o with { Units = o.Units.Remove(unit.Id) }).Forget(unit.Id);
        }, ct);
        return new();
    }

    public Task<ListOrganizationalUnitsForParentResponse> ListOrganizationalUnitsForParentAsync(ListOrganizationalUnitsForParentRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireParent(caller, request.ParentId);
        var (page, next) = Page($"units {request.ParentId}", o.Units.Values.Where(u => u.ParentId == request.ParentId), u => u.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListOrganizationalUnitsForParentResponse { OrganizationalUnits = [.. page.Select(u => UnitOf(o, u.Id))], NextToken = next });
    }

    public Task<ListChildrenResponse> ListChildrenAsync(ListChildrenRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireParent(caller, request.ParentId);
        var children = request.ChildType is ChildType.Account ? o.Members.Values.Where(m => m.ParentId == request.ParentId).Select(m => m.Id)
            : o.Units.Values.Where(u => u.ParentId == request.ParentId).Select(u => u.Id);
        var (page, next) = Page($"children {request.ParentId} {request.ChildType}", children, c => c, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListChildrenResponse { Children = [.. page.Select(c => new Child { Id = c, Type = request.ChildType })], NextToken = next });
    }

    public Task<ListParentsResponse> ListParentsAsync(ListParentsRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        if (o.ParentOf(request.ChildId) is not { } parent) throw new ChildNotFoundException("You specified a child that doesn't exist.");
        return Task.FromResult(new ListParentsResponse { Parents = [new() { Id = parent, Type = parent == o.RootId ? ParentType.Root : ParentType.OrganizationalUnit }] });
    }

    private OrganizationState RequireParent(Caller caller, string parentId)
    {
        var o = RequireManaged(store.Current, caller);
        return o.IsParent(parentId) ? o : throw NoParent();
    }

    private static ParentNotFoundException NoParent() => new("You specified parent that doesn't exist.");

    private static UnitState FindUnit(OrganizationState o, string id) =>
        o.Units.GetValueOrDefault(id) ?? throw new OrganizationalUnitNotFoundException("You specified an organizational unit that doesn't exist.");

    private static void CheckName(OrganizationState o, string parentId, string name)
    {
        if (o.Units.Values.Any(u => u.ParentId == parentId && u.Name == name)) throw new DuplicateOrganizationalUnitException("An OU with the same name already exists.");
    }

    private static ConstraintViolationException Constraint(string message, ConstraintViolationExceptionReason reason) => new(message) { Reason = reason };

    private static OrganizationalUnit UnitOf(OrganizationState o, string id) => FindUnit(o, id) is var unit
        ? new() { Id = unit.Id, Arn = Names.ArnOf(o, unit.Id), Name = unit.Name } : new();
}
