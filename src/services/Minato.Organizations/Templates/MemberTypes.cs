using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Organizations;

namespace Minato.Organizations.Templates;

/// <summary>Ref is the account's id. AWS: deleting it closes the account.</summary>
internal sealed class AccountType(IOrganizations organizations, TimeProvider clock) : ResourceHandler("AWS::Organizations::Account", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["AccountName", "Email", "ParentIds", "RoleName", "Tags"], Required = ["AccountName", "Email"], CreateOnly = ["AccountName", "Email", "RoleName"],
        Attributes = ["AccountId", "Arn", "JoinedMethod", "JoinedTimestamp", "Status"], Identifiers = ["AccountId"], Tags = "Tags",
    };

    // No two accounts have one address: an earlier attempt's is the one that has it.
    protected override NameRule Name { get; } = new("Email", 64);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) => (await OrganizationTypes.AllAsync<Account>(async token =>
    {
        var page = await organizations.ListAccountsAsync(new() { NextToken = token }, r.Caller, ct);
        return (page.Accounts, page.NextToken);
    })).Find(a => string.Equals(a.Email, r.Name, StringComparison.OrdinalIgnoreCase))?.Id;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindAsync(r, ct) is null) await organizations.CreateAccountAsync(r.As<CreateAccountRequest>(), r.Caller, ct);
        r.Id = await FindAsync(r, ct) ?? throw new ResourceFailedException("NotStabilized", "The account was not made.");
        await MoveAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await MoveAsync(r, ct);
        await r.RetagAsync(organizations, ct);
    }

    private async Task MoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Texts("ParentIds") is not [var wanted, ..] || await ParentAsync(r, ct) is not { } parent || parent == wanted) return;
        await organizations.MoveAccountAsync(new() { AccountId = r.Id, SourceParentId = parent, DestinationParentId = wanted }, r.Caller, ct);
    }

    private async Task<string?> ParentAsync(TemplateResource r, CancellationToken ct) => (await organizations.ListParentsAsync(new() { ChildId = r.Id }, r.Caller, ct)).Parents?.FirstOrDefault()?.Id;

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => !(await OrganizationTypes.AllAsync<CreateAccountStatus>(async token =>
    {
        var page = await organizations.ListCreateAccountStatusAsync(new() { States = [CreateAccountState.InProgress], NextToken = token }, r.Caller, ct);
        return (page.CreateAccountStatuses, page.NextToken);
    })).Exists(s => s.AccountName == r.Text("AccountName"));

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DescribeAsync(r, ct) is not null) await organizations.CloseAccountAsync(new() { AccountId = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var account = (await organizations.DescribeAccountAsync(new() { AccountId = r.Id }, r.Caller, ct)).Account;
        if (account is null or { Status: not AccountStatus.Active }) return null;
        var seen = r.Seen(account);
        (seen["AccountName"], seen["ParentIds"]) = (account.Name, await ParentAsync(r, ct) is { } parent ? new JsonArray(parent) : null);
        return r.ModelOf(seen, ("AccountId", account.Id), ("Arn", account.Arn), ("JoinedMethod", seen["JoinedMethod"]?.DeepClone()), ("JoinedTimestamp", seen["JoinedTimestamp"]?.ToString()),
            ("Status", seen["Status"]?.DeepClone()));
    }
}

/// <summary>Ref is the policy's id. It is attached to its targets, and to no others.</summary>
internal sealed class PolicyType(IOrganizations organizations, TimeProvider clock) : ResourceHandler("AWS::Organizations::Policy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Content", "Description", "Name", "Tags", "TargetIds", "Type"], Required = ["Content", "Name", "Type"], CreateOnly = ["Type"],
        Attributes = ["Arn", "AwsManaged", "Id"], Identifiers = ["Id"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("Name", 128);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) => (await OrganizationTypes.AllAsync<PolicySummary>(async token =>
    {
        var page = await organizations.ListPoliciesAsync(r.Read<ListPoliciesRequest>(new() { ["Filter"] = r.Text("Type"), ["NextToken"] = token }), r.Caller, ct);
        return (page.Policies, page.NextToken);
    })).Find(p => p.Name == r.Name)?.Id;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => organizations.CreatePolicyAsync(r.As<CreatePolicyRequest>(("Content", r.Text("Content")), ("Description", r.Text("Description") ?? "")), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
        await AttachAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Name", "Content", "Description"))
            await organizations.UpdatePolicyAsync(new() { PolicyId = r.Id, Name = r.Name, Content = r.Text("Content"), Description = r.Text("Description") ?? "" }, r.Caller, ct);
        await AttachAsync(r, ct);
        await r.RetagAsync(organizations, ct);
    }

    private async Task AttachAsync(TemplateResource r, CancellationToken ct)
    {
        var there = await TargetsAsync(r, ct);
        foreach (var target in r.Texts("TargetIds").Except(there)) await organizations.AttachPolicyAsync(new() { PolicyId = r.Id, TargetId = target }, r.Caller, ct);
        foreach (var target in there.Except(r.Texts("TargetIds"))) await organizations.DetachPolicyAsync(new() { PolicyId = r.Id, TargetId = target }, r.Caller, ct);
    }

    private async Task<List<string>> TargetsAsync(TemplateResource r, CancellationToken ct) => [.. (await OrganizationTypes.AllAsync<PolicyTargetSummary>(async token =>
    {
        var page = await organizations.ListTargetsForPolicyAsync(new() { PolicyId = r.Id, NextToken = token }, r.Caller, ct);
        return (page.Targets, page.NextToken);
    })).Select(t => t.TargetId).OfType<string>()];

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var target in await TargetsAsync(r, ct)) await organizations.DetachPolicyAsync(new() { PolicyId = r.Id, TargetId = target }, r.Caller, ct);
        await organizations.DeletePolicyAsync(new() { PolicyId = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await organizations.DescribePolicyAsync(new() { PolicyId = r.Id }, r.Caller, ct)).Policy is not { PolicySummary: { } summary } policy) return null;
        var seen = r.Seen(summary);
        seen["Content"] = policy.Content is { } text ? JsonNode.Parse(text) : null;
        seen["TargetIds"] = new JsonArray([.. (await TargetsAsync(r, ct)).Select(t => (JsonNode)t)]);
        return r.ModelOf(seen, ("Arn", summary.Arn), ("AwsManaged", summary.AwsManaged), ("Id", summary.Id));
    }
}
