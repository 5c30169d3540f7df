using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Organizations.State;
using Minato.Platform;

namespace Minato.Organizations.Planning;

/// <summary>What policies of organizations limit an account to. Read once for each state of an organization: a change is in force with the next call.</summary>
internal sealed class ServiceControl(Store store) : IOrganizationFacts
{
    public const string FullAccessContent = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";
    public const string FullAccessArn = $"arn:aws:organizations::aws:policy/service_control_policy/{OrganizationState.FullAccess}";

    private static readonly NamedPolicy s_full = new(FullAccessArn, PolicyParser.Parse(FullAccessContent, PolicyKind.Identity));

    private readonly ConditionalWeakTable<OrganizationState, ConcurrentDictionary<string, ImmutableArray<ImmutableArray<NamedPolicy>>>> _levels = [];
    private readonly ConditionalWeakTable<PolicyState, NamedPolicy> _read = [];

    public ImmutableArray<ImmutableArray<NamedPolicy>> ControlOf(string accountId)
    {
        if (OrganizationTables.Of(store.Current, accountId) is not { IsControlled: true } organization) return [];
        // AWS: nothing limits the management account.
        return accountId == organization.ManagementId ? [] : _levels.GetOrCreateValue(organization).GetOrAdd(accountId, id => [.. Path(organization, id).Select(t => At(organization, t))]);
    }

    public string? PathOf(string accountId)
    {
        if (OrganizationTables.Of(store.Current, accountId) is not { } organization) return null;
        return $"{organization.Id}/{string.Concat(Path(organization, accountId).SkipLast(1).Select(p => $"{p}/"))}";
    }

    /// <summary>From the root down to the account itself.</summary>
    private static IEnumerable<string> Path(OrganizationState organization, string accountId)
    {
        var path = new List<string>();
        for (var at = accountId; at is not null; at = organization.ParentOf(at)) path.Add(at);
        path.Reverse();
        return path;
    }

    private ImmutableArray<NamedPolicy> At(OrganizationState organization, string target) => [.. organization.AttachedTo(target).Select(id =>
        id == OrganizationState.FullAccess ? s_full
        : _read.GetValue(organization.Policies[id], p => new(ArnOf(organization, p.Id), PolicyParser.Parse(p.Content, PolicyKind.Identity))))];

    public static string ArnOf(OrganizationState organization, string id) =>
        id == OrganizationState.FullAccess ? FullAccessArn : organization.Arn($"policy/{organization.Id}/service_control_policy/{id}");
}
