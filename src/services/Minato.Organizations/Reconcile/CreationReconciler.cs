using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Organizations;
using Minato.Organizations.Planning;
using Minato.Organizations.State;
using Minato.Platform;

namespace Minato.Organizations.Reconcile;

internal sealed record CreationKey(string OrganizationId, string Id);

/// <summary>Finishes an account: makes the role in it by which the management account gets in, then says that it is there.</summary>
internal sealed class CreationReconciler(Store store, TimeProvider clock, IIam? iam = null) : IReconciler<CreationKey>
{
    public async ValueTask<Next> ReconcileAsync(CreationKey key, CancellationToken ct)
    {
        if (store.Current.Find(OrganizationTables.Organizations, key.OrganizationId) is not { } organization) return Next.Done;
        if (organization.Creations.GetValueOrDefault(key.Id) is not { State: CreateAccountState.InProgress } creation) return Next.Done;
        if (iam is not null) await MakeRoleAsync(iam, organization, creation, ct);
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(OrganizationTables.Organizations, key.OrganizationId) is not { } now || !now.Creations.TryGetValue(key.Id, out var newest)) return;
            tx.Put(OrganizationTables.Organizations, now with
            {
                Creations = now.Creations.SetItem(key.Id, newest with { State = CreateAccountState.Succeeded, EndedAt = clock.GetUtcNow() }),
            });
        }, ct);
        return Next.Done;
    }

    private static async Task MakeRoleAsync(IIam iam, OrganizationState organization, CreationState creation, CancellationToken ct)
    {
        var owner = new Caller { AccountId = creation.AccountId, Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{creation.AccountId}:root", PrincipalId = creation.AccountId };
        var trust = $$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{{organization.ManagementId}}}:root"},"Action":"sts:AssumeRole"}]}""";
        try
        {
            await iam.CreateRoleAsync(new() { RoleName = creation.RoleName, AssumeRolePolicyDocument = trust }, owner, ct);
        }
        catch (EntityAlreadyExistsException)
        {
            // An earlier attempt made it.
        }
        await iam.PutRolePolicyAsync(new() { RoleName = creation.RoleName, PolicyName = "AdministratorAccess", PolicyDocument = ServiceControl.FullAccessContent }, owner, ct);
    }
}
