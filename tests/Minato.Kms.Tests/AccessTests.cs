using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Kms;

namespace Minato.Kms.Tests;

public sealed class AccessTests
{
    private const string Account = "arn:aws:iam::123456789012:";

    private static string Policy(string more = "") => $$"""
        {"Version":"2012-10-17","Statement":[
          {"Sid":"the owner","Effect":"Allow","Principal":{"AWS":"{{Account}}root"},"Action":"kms:*","Resource":"*"}{{more}}]}
        """;

    [Fact]
    public void A_key_without_a_policy_leaves_it_to_the_account() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var got = await w.Kms.GetKeyPolicyAsync(new() { KeyId = key.KeyId }, w.Caller, default);
        got.Policy.ShouldNotBeNull().ShouldContain("Enable IAM User Permissions");
        got.PolicyName.ShouldBe("default");
        (await w.Kms.ListKeyPoliciesAsync(new() { KeyId = key.KeyId }, w.Caller, default)).PolicyNames?.ShouldBe(["default"]);
        (await w.World.Throws<NotFoundException>(() => w.Kms.GetKeyPolicyAsync(new() { KeyId = key.KeyId, PolicyName = "other" }, w.Caller, default))).Message
            .ShouldBe("No such policy exists");
    });

    [Fact]
    public void Whom_the_policy_does_not_name_does_not_use_the_key_not_even_root() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync(policy: $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{Account}}user/ann"},"Action":"kms:*","Resource":"*"}]}
            """, caller: w.User("ann"));
        (await w.EncryptAsync(key.KeyId, "x", caller: w.User("ann"))).IsEmpty.ShouldBeFalse();
        var refused = await w.World.Throws<AwsException>(() => w.EncryptAsync(key.KeyId, "x"));
        refused.Code.ShouldBe("AccessDeniedException");
        refused.Message.ShouldBe(
            $"User: {Account}root is not authorized to perform: kms:Encrypt on resource: {key.Arn} because no resource-based policy allows the kms:Encrypt action");
    });

    [Fact]
    public void A_denial_of_the_policy_is_final_and_may_depend_on_the_encryption_context() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync(policy: Policy("""
            ,{"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:env":"prod"}}}
            """));
        await w.EncryptAsync(key.KeyId, "x", KmsWorld.Context.SetItem("env", "test"));
        (await w.World.Throws<AwsException>(() => w.EncryptAsync(key.KeyId, "x", KmsWorld.Context))).Message.ShouldEndWith("with an explicit deny in a resource-based policy");
    });

    [Fact]
    public void Nobody_locks_himself_out_unless_he_insists() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var without = Policy().Replace(":root", ":user/ann", StringComparison.Ordinal);
        (await w.World.Throws<MalformedPolicyDocumentException>(() => w.Kms.PutKeyPolicyAsync(new() { KeyId = key.KeyId, Policy = without }, w.Caller, default))).Message
            .ShouldBe("The new key policy will not allow you to update the key policy in the future.");
        await w.World.Throws<MalformedPolicyDocumentException>(() => w.Kms.PutKeyPolicyAsync(new() { KeyId = key.KeyId, Policy = "{}" }, w.Caller, default));
        await w.Kms.PutKeyPolicyAsync(new() { KeyId = key.KeyId, Policy = without, BypassPolicyLockoutSafetyCheck = true }, w.Caller, default);
        (await w.World.Throws<AwsException>(() => w.Kms.GetKeyPolicyAsync(new() { KeyId = key.KeyId }, w.Caller, default))).Code.ShouldBe("AccessDeniedException");
    });

    [Fact]
    public void Another_account_uses_a_key_that_its_policy_opens_for_it() => KmsWorld.Run(async w =>
    {
        var other = w.Caller with { AccountId = "999999999999", PrincipalArn = "arn:aws:iam::999999999999:user/eve" };
        var closed = await w.CreateAsync();
        (await w.World.Throws<AwsException>(() => w.EncryptAsync(closed.Arn ?? "", "x", caller: other))).Code.ShouldBe("AccessDeniedException");
        var open = await w.CreateAsync(policy: Policy("""
            ,{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*"}
            """));
        (await w.DecryptAsync(await w.EncryptAsync(open.Arn ?? "", "hush", caller: other), caller: other)).ShouldBe("hush");
    });

    [Fact]
    public void A_grant_permits_its_operations_within_its_encryption_context() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync(policy: Policy().Replace("\"kms:*\"", "[\"kms:*\"]", StringComparison.Ordinal).Replace($"{Account}root", $"{Account}user/ann", StringComparison.Ordinal), caller: w.User("ann"));
        var grant = await w.Kms.CreateGrantAsync(new()
        {
            KeyId = key.KeyId, GranteePrincipal = $"{Account}role/app", Operations = [GrantOperation.Encrypt, GrantOperation.RetireGrant],
            Constraints = new() { EncryptionContextSubset = KmsWorld.Context.Remove("env") },
        }, w.User("ann"), default);
        await w.EncryptAsync(key.KeyId, "x", KmsWorld.Context, w.Session("app"));
        await w.World.Throws<AwsException>(() => w.EncryptAsync(key.KeyId, "x", caller: w.Session("app")));
        await w.World.Throws<AwsException>(() => w.EncryptAsync(key.KeyId, "x", KmsWorld.Context, w.Session("other")));
        await w.World.Throws<AwsException>(() => w.Kms.RetireGrantAsync(new() { GrantToken = grant.GrantToken }, w.Session("other"), default));
        await w.Kms.RetireGrantAsync(new() { GrantToken = grant.GrantToken }, w.Session("app"), default);
        await w.World.Throws<AwsException>(() => w.EncryptAsync(key.KeyId, "x", KmsWorld.Context, w.Session("app")));
    });

    [Fact]
    public void The_same_grant_under_the_same_name_is_one_grant() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var request = new CreateGrantRequest { KeyId = key.KeyId, GranteePrincipal = $"{Account}role/app", RetiringPrincipal = $"{Account}role/boss", Operations = [GrantOperation.Decrypt], Name = "n" };
        var one = await w.Kms.CreateGrantAsync(request, w.Caller, default);
        var two = await w.Kms.CreateGrantAsync(request, w.Caller, default);
        two.GrantId.ShouldBe(one.GrantId);
        two.GrantToken.ShouldNotBe(one.GrantToken);
        (await w.Kms.CreateGrantAsync(request with { Name = null }, w.Caller, default)).GrantId.ShouldNotBe(one.GrantId);
        var listed = await w.Kms.ListGrantsAsync(new() { KeyId = key.KeyId, Limit = 1 }, w.Caller, default);
        (listed.Grants?.Length, listed.Truncated).ShouldBe((1, true));
        (await w.Kms.ListRetirableGrantsAsync(new() { RetiringPrincipal = $"{Account}role/boss" }, w.Caller, default)).Grants?.Length.ShouldBe(2);
        await w.Kms.RevokeGrantAsync(new() { KeyId = key.KeyId, GrantId = one.GrantId ?? "" }, w.Caller, default);
        (await w.World.Throws<NotFoundException>(() => w.Kms.RevokeGrantAsync(new() { KeyId = key.KeyId, GrantId = one.GrantId ?? "" }, w.Caller, default))).Message
            .ShouldBe($"Grant ID {one.GrantId} not found");
        await w.World.Throws<AwsException>(() => w.Kms.CreateGrantAsync(request with { Operations = [GrantOperation.Sign] }, w.Caller, default));
        await w.World.Throws<InvalidGrantTokenException>(() => w.Kms.RetireGrantAsync(new() { GrantToken = "made up" }, w.Caller, default));
    });

    [Fact]
    public void Where_calls_are_looked_at_a_key_has_its_policy_and_its_grants() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync(policy: Policy("""
            ,{"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*","Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}}
            """));
        await w.Kms.CreateAliasAsync(new() { AliasName = "alias/app", TargetKeyId = key.KeyId }, w.Caller, default);
        await w.Kms.CreateGrantAsync(new() { KeyId = key.KeyId, GranteePrincipal = $"{Account}role/app", Operations = [GrantOperation.Decrypt] }, w.Caller, default);
        var facts = w.World.Client<IResourcePolicies>().Find("arn:aws:kms:us-east-1:123456789012:alias/app").ShouldNotBeNull();
        (facts.Arn, facts.PolicyMustAllow).ShouldBe((key.Arn, true));
        var statements = facts.Policy.ShouldNotBeNull().Statements;
        statements.Length.ShouldBe(2); // Not the denial: only the room knows whether its condition holds.
        statements[1].Principals.ShouldNotBeNull().Aws.ShouldBe([$"{Account}role/app"]);
    });
}
