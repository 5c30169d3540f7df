using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Prefix lists: AWS's own, and those of the account.
internal sealed partial class Ec2Api
{
    private const int MostPrefixLists = 100; // AWS's quota.
    private const int MostEntriesOfList = 1000;
    private const string OwnPrefix = "com.amazonaws.";

    private static readonly FilterSet<ManagedPrefixList> PrefixListFilters = new(
        ("prefix-list-id", l => [l.PrefixListId]),
        ("prefix-list-name", l => [l.PrefixListName]),
        ("owner-id", l => [l.OwnerId]));

    public async Task<CreateManagedPrefixListResponse> CreateManagedPrefixListAsync(CreateManagedPrefixListRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.AddressFamily is not ("IPv4" or "IPv6")) throw Ec2Errors.Invalid($"Value ({request.AddressFamily}) for parameter AddressFamily is invalid. Expected one of: IPv4, IPv6.");
        CheckListName(request.PrefixListName);
        CheckMostEntries(request.MaxEntries);
        var list = new StoredPrefixList
        {
            Key = KeyOf(caller, DefaultVpc.NewId("pl", ids)), Name = request.PrefixListName, IsIpv6 = request.AddressFamily is "IPv6", MostEntries = request.MaxEntries, ClientToken = request.ClientToken,
        };
        list = WithEntries(list, request.Entries.OrNone(), []);
        var tags = TagsFrom(request.TagSpecifications, "prefix-list", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var there = tx.Where(Ec2Tables.PrefixListsByHome, HomeOf(caller)).ToList();
            if (request.ClientToken is { } token && there.Find(l => l.ClientToken == token) is { } same) return same;
            if (there.Count >= MostPrefixLists) throw new AwsException("PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");
            tx.Put(Ec2Tables.PrefixLists, list);
            PutTags(tx, list.Key, tags);
            return list;
        }, ct);
        return new() { PrefixList = ToWire(store.Current, made) };
    }

    public async Task<ModifyManagedPrefixListResponse> ModifyManagedPrefixListAsync(ModifyManagedPrefixListRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var (more, gone) = (request.AddEntries.OrNone(), request.RemoveEntries.OrNone());
        var hasEntries = !more.IsEmpty || !gone.IsEmpty;
        if (hasEntries && request.MaxEntries is not null)
            throw new AwsException("InvalidParameterCombination", "You cannot modify the entries and the maximum entries for the prefix list in the same request.");
        if (request.PrefixListName is { } name) CheckListName(name);
        if (request.MaxEntries is { } most) CheckMostEntries(most);
        EndIfDryRun(request.DryRun);
        var changed = await store.UpdateAsync(tx =>
        {
            var list = OwnListOf(tx, caller, request.PrefixListId);
            if (request.CurrentVersion is { } version && version != list.Version) throw new AwsException("PrefixListVersionMismatch", "The prefix list has the incorrect version number.");
            list = list with { Name = request.PrefixListName ?? list.Name, MostEntries = request.MaxEntries ?? list.MostEntries, IsModified = true };
            list = WithEntries(list, more, gone) with { Version = hasEntries ? list.Version + 1 : list.Version };
            tx.Put(Ec2Tables.PrefixLists, list);
            foreach (var group in tx.Where(Ec2Tables.SecurityGroupsByPeer, list.Key.Id).ToList())
                foreach (var isEgress in (bool[])[false, true]) DemandFew(tx, group, isEgress); // AWS: groups that name it must have room for it.
            return list;
        }, ct);
        return new() { PrefixList = ToWire(store.Current, changed) };
    }

    public async Task<DeleteManagedPrefixListResponse> DeleteManagedPrefixListAsync(DeleteManagedPrefixListRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var gone = await store.UpdateAsync(tx =>
        {
            var list = OwnListOf(tx, caller, request.PrefixListId);
            if (tx.Count(Ec2Tables.SecurityGroupsByPeer, list.Key.Id) > 0 || tx.Where(Ec2Tables.RouteTablesByHome, HomeOf(caller)).Any(t => t.Routes.Any(r => r.PrefixListId == list.Key.Id)))
                throw Ec2Errors.HasDependents(list.Key.Id);
            tx.Delete(Ec2Tables.PrefixLists, list.Key);
            tx.Delete(Ec2Tables.Tags, list.Key);
            return list;
        }, ct);
        return new() { PrefixList = ToWire(store.Current, gone) with { State = PrefixListState.DeleteInProgress } };
    }

    public async Task<DescribeManagedPrefixListsResponse> DescribeManagedPrefixListsAsync(DescribeManagedPrefixListsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var all = PrefixLists.Of(caller.Region).Select(l => ToWire(l, caller)).Concat(state.Where(Ec2Tables.PrefixListsByHome, HomeOf(caller)).Select(l => ToWire(state, l)));
        var lists = ListsOf(state, caller, all, request.PrefixListIds, request.Filters);
        var (page, next) = Page(nameof(DescribeManagedPrefixListsAsync), lists, l => l.PrefixListId ?? "", request.MaxResults, request.NextToken, least: 1);
        return new() { PrefixLists = page, NextToken = next };
    }

    public async Task<DescribePrefixListsResponse> DescribePrefixListsAsync(DescribePrefixListsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var lists = ListsOf(store.Current, caller, PrefixLists.Of(caller.Region).Select(l => ToWire(l, caller)), request.PrefixListIds, request.Filters);
        var (page, next) = Page(nameof(DescribePrefixListsAsync), lists, l => l.PrefixListId ?? "", request.MaxResults, request.NextToken, least: 1);
        return new() { PrefixLists = [.. page.Select(l => new PrefixList { PrefixListId = l.PrefixListId, PrefixListName = l.PrefixListName, Cidrs = [] })], NextToken = next };
    }

    public async Task<GetManagedPrefixListEntriesResponse> GetManagedPrefixListEntriesAsync(GetManagedPrefixListEntriesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var key = KeyOf(caller, request.PrefixListId);
        if (PrefixLists.WeightOf(store.Current, key) is null) throw Ec2Errors.PrefixListNotFound(request.PrefixListId);
        var list = store.Current.Find(Ec2Tables.PrefixLists, key);
        if (list is not null && request.TargetVersion is { } version && version != list.Version) throw Ec2Errors.Unsupported("Only the latest version of a prefix list is kept here.");
        var entries = (list?.Entries ?? []).OrderBy(e => e.Cidr, StringComparer.Ordinal);
        var (page, next) = Page(nameof(GetManagedPrefixListEntriesAsync), entries, e => e.Cidr, request.MaxResults, request.NextToken, least: 1);
        return new() { Entries = [.. page.Select(e => new PrefixListEntry { Cidr = e.Cidr, Description = e.Description })], NextToken = next };
    }

    private static StoredPrefixList OwnListOf(IReadState state, Caller caller, string id)
    {
        if (state.Find(Ec2Tables.PrefixLists, KeyOf(caller, id)) is { } list) return list;
        throw PrefixLists.Of(caller.Region).Any(l => l.Id == id) ? new AwsException("UnauthorizedOperation", "You are not authorized to perform this operation.", 403) : Ec2Errors.PrefixListNotFound(id);
    }

    /// <summary>AWS: what goes goes first, so that a description can be changed in one request.</summary>
    private static StoredPrefixList WithEntries(StoredPrefixList list, ImmutableArray<AddPrefixListEntry> more, ImmutableArray<RemovePrefixListEntry> gone)
    {
        var entries = list.Entries.ToDictionary(e => e.Cidr, StringComparer.Ordinal);
        foreach (var entry in gone)
        {
            if (!entries.Remove(CidrOf(list, entry.Cidr)))
                throw new AwsException("InvalidPrefixListModification", $"An entry with the CIDR ({entry.Cidr}) does not exist.");
        }
        foreach (var entry in more)
        {
            var made = new ListEntry(CidrOf(list, entry.Cidr), RuleWords.Description(entry.Description));
            if (!entries.TryAdd(made.Cidr, made))
                throw new AwsException("InvalidPrefixListModification", $"An entry with the CIDR ({made.Cidr}) and description ({entries[made.Cidr].Description}) already exists.");
        }
        return entries.Count <= list.MostEntries ? list with { Entries = [.. entries.Values] }
            : throw new AwsException("PrefixListMaxEntriesExceeded", $"You've reached the maximum number of entries ({list.MostEntries}) for the prefix list.");
    }

    private static string CidrOf(StoredPrefixList list, string? text) => list.IsIpv6 ? RuleWords.Cidr6(text) : RuleWords.Cidr(text);

    private static void CheckListName(string name)
    {
        if (name.Length is 0 or > 255 || name.StartsWith(OwnPrefix, StringComparison.Ordinal))
            throw Ec2Errors.Invalid($"Value ({name}) for parameter PrefixListName is invalid. A name has up to 255 characters and does not start with {OwnPrefix[..^1]}.");
    }

    private static void CheckMostEntries(int most)
    {
        if (most is < 1 or > MostEntriesOfList) throw Ec2Errors.Invalid($"Value ({most}) for parameter MaxEntries is invalid. Expecting a value between 1 and {MostEntriesOfList}.");
    }

    private static IEnumerable<ManagedPrefixList> ListsOf(
        IReadState state, Caller caller, IEnumerable<ManagedPrefixList> all, ImmutableArray<string>? asked, ImmutableArray<Filter>? filters)
    {
        var lists = all.OrderBy(l => l.PrefixListId, StringComparer.Ordinal).ToList();
        if (asked.OrNone().FirstOrDefault(id => lists.TrueForAll(l => l.PrefixListId != id)) is { } unknown) throw Ec2Errors.PrefixListNotFound(unknown);
        return lists.Where(l => asked is not { IsDefaultOrEmpty: false } wanted || wanted.Contains(l.PrefixListId ?? ""))
            .Where(PrefixListFilters.Compile(filters, l => TagsOf(state, KeyOf(caller, l.PrefixListId ?? ""))));
    }

    private static ManagedPrefixList ToWire(AwsPrefixList list, Caller caller) => new()
    {
        PrefixListId = list.Id, PrefixListName = list.Name, PrefixListArn = $"arn:aws:ec2:{caller.Region}:aws:prefix-list/{list.Id}",
        AddressFamily = "IPv4", State = PrefixListState.CreateComplete, OwnerId = "AWS", Tags = [],
    };

    private static ManagedPrefixList ToWire(IReadState state, StoredPrefixList list) => new()
    {
        PrefixListId = list.Key.Id, PrefixListName = list.Name, PrefixListArn = ArnOf(list.Key, "prefix-list"), AddressFamily = list.IsIpv6 ? "IPv6" : "IPv4",
        State = list.IsModified ? PrefixListState.ModifyComplete : PrefixListState.CreateComplete, MaxEntries = list.MostEntries, Version = list.Version,
        OwnerId = list.Key.AccountId, Tags = ToWire(TagsOf(state, list.Key)),
    };
}
