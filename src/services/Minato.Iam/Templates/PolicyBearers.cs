using Minato.Aws;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>The operations on policies of one kind of principal: roles, users and groups have the same ones under different names.</summary>
internal abstract class PolicyBearers(string kind)
{
    /// <summary>As type and property names begin: <c>Role</c>.</summary>
    public string Kind => kind;
    public string NameProperty => $"{kind}Name";

    /// <summary>The list of a policy's resource that names them.</summary>
    public string Property => $"{kind}s";

    public abstract Task AttachAsync(string name, string policyArn, Caller caller, CancellationToken ct);
    public abstract Task DetachAsync(string name, string policyArn, Caller caller, CancellationToken ct);
    public abstract Task<IEnumerable<AttachedPolicy>> AttachedAsync(string name, Caller caller, CancellationToken ct);
    public abstract Task PutAsync(string name, string policy, string document, Caller caller, CancellationToken ct);
    public abstract Task TakeAsync(string name, string policy, Caller caller, CancellationToken ct);

    /// <returns>The document as the API answers it.</returns>
    /// <exception cref="NoSuchEntityException">There is none.</exception>
    public abstract Task<string?> DocumentAsync(string name, string policy, Caller caller, CancellationToken ct);

    /// <summary>All kinds, in the order in which AWS's documentation has them.</summary>
    public static PolicyBearers[] All(IIam iam) => [new GroupBearers(iam), new RoleBearers(iam), new UserBearers(iam)];
}

internal sealed class RoleBearers(IIam iam) : PolicyBearers("Role")
{
    public override Task AttachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.AttachRolePolicyAsync(new() { RoleName = name, PolicyArn = policyArn }, caller, ct);

    public override Task DetachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.DetachRolePolicyAsync(new() { RoleName = name, PolicyArn = policyArn }, caller, ct);

    public override async Task<IEnumerable<AttachedPolicy>> AttachedAsync(string name, Caller caller, CancellationToken ct) =>
        (await iam.ListAttachedRolePoliciesAsync(new() { RoleName = name }, caller, ct)).AttachedPolicies ?? [];

    public override Task PutAsync(string name, string policy, string document, Caller caller, CancellationToken ct) =>
        iam.PutRolePolicyAsync(new() { RoleName = name, PolicyName = policy, PolicyDocument = document }, caller, ct);

    public override Task TakeAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        iam.DeleteRolePolicyAsync(new() { RoleName = name, PolicyName = policy }, caller, ct);

    public override async Task<string?> DocumentAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        (await iam.GetRolePolicyAsync(new() { RoleName = name, PolicyName = policy }, caller, ct)).PolicyDocument;
}

internal sealed class UserBearers(IIam iam) : PolicyBearers("User")
{
    public override Task AttachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.AttachUserPolicyAsync(new() { UserName = name, PolicyArn = policyArn }, caller, ct);

    public override Task DetachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.DetachUserPolicyAsync(new() { UserName = name, PolicyArn = policyArn }, caller, ct);

    public override async Task<IEnumerable<AttachedPolicy>> AttachedAsync(string name, Caller caller, CancellationToken ct) =>
        (await iam.ListAttachedUserPoliciesAsync(new() { UserName = name }, caller, ct)).AttachedPolicies ?? [];

    public override Task PutAsync(string name, string policy, string document, Caller caller, CancellationToken ct) =>
        iam.PutUserPolicyAsync(new() { UserName = name, PolicyName = policy, PolicyDocument = document }, caller, ct);

    public override Task TakeAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        iam.DeleteUserPolicyAsync(new() { UserName = name, PolicyName = policy }, caller, ct);

    public override async Task<string?> DocumentAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        (await iam.GetUserPolicyAsync(new() { UserName = name, PolicyName = policy }, caller, ct)).PolicyDocument;
}

internal sealed class GroupBearers(IIam iam) : PolicyBearers("Group")
{
    public override Task AttachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.AttachGroupPolicyAsync(new() { GroupName = name, PolicyArn = policyArn }, caller, ct);

    public override Task DetachAsync(string name, string policyArn, Caller caller, CancellationToken ct) =>
        iam.DetachGroupPolicyAsync(new() { GroupName = name, PolicyArn = policyArn }, caller, ct);

    public override async Task<IEnumerable<AttachedPolicy>> AttachedAsync(string name, Caller caller, CancellationToken ct) =>
        (await iam.ListAttachedGroupPoliciesAsync(new() { GroupName = name }, caller, ct)).AttachedPolicies ?? [];

    public override Task PutAsync(string name, string policy, string document, Caller caller, CancellationToken ct) =>
        iam.PutGroupPolicyAsync(new() { GroupName = name, PolicyName = policy, PolicyDocument = document }, caller, ct);

    public override Task TakeAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        iam.DeleteGroupPolicyAsync(new() { GroupName = name, PolicyName = policy }, caller, ct);

    public override async Task<string?> DocumentAsync(string name, string policy, Caller caller, CancellationToken ct) =>
        (await iam.GetGroupPolicyAsync(new() { GroupName = name, PolicyName = policy }, caller, ct)).PolicyDocument;
}
