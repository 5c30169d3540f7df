using System.Text;
using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Engines.Inside;

namespace Minato.Ec2.Tests;

public sealed class KeyPairTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static Task<ImportKeyPairResponse> ImportAsync(Ec2Fixture world, string name, string line) =>
        world.Ec2.ImportKeyPairAsync(new() { KeyName = name, PublicKeyMaterial = Encoding.UTF8.GetBytes(line) }, world.Caller, None);

    private static async Task<IReadOnlyList<KeyPairInfo>> ShowAsync(Ec2Fixture world, DescribeKeyPairsRequest? request = null) =>
        (await world.Ec2.DescribeKeyPairsAsync(request ?? new(), world.Caller, None)).KeyPairs.GetValueOrDefault();

    [Theory]
    [InlineData(null, "-----BEGIN RSA PRIVATE KEY-----", "ssh-rsa ")]
    [InlineData(KeyType.Rsa, "-----BEGIN RSA PRIVATE KEY-----", "ssh-rsa ")]
    [InlineData(KeyType.Ed25519, "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519 ")]
    public async Task A_created_pair_gives_its_private_half_once_and_keeps_the_public_one(KeyType? type, string material, string line)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = await world.Ec2.CreateKeyPairAsync(new()
        {
            KeyName = "door", KeyType = type, TagSpecifications = [new() { ResourceType = "key-pair", Tags = [new() { Key = "a", Value = "1" }] }],
        }, world.Caller, None);
        made.KeyPairId.ShouldNotBeNull().ShouldMatch("^key-0[0-9a-f]{16}$");
        made.KeyMaterial.ShouldNotBeNull().ShouldStartWith(material);
        var shown = (await ShowAsync(world)).ShouldHaveSingleItem();
        (shown.KeyPairId, shown.KeyName, shown.KeyFingerprint, shown.KeyType).ShouldBe((made.KeyPairId, "door", made.KeyFingerprint, type ?? KeyType.Rsa));
        shown.PublicKey.ShouldBeNull("nobody asked for it");
        shown.Tags?.ShouldHaveSingleItem().Value.ShouldBe("1");
        shown.CreateTime.ShouldNotBeNull();
        (await ShowAsync(world, new() { IncludePublicKey = true }))[0].PublicKey.ShouldNotBeNull().ShouldStartWith(line);
        world.State.All(Ec2Tables.KeyPairs).ShouldHaveSingleItem().ToString().ShouldNotContain("PRIVATE");
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await ImportAsync(world, "door", $"ssh-ed25519 {SshKeyTests.Ed}");
        (await Ec2Fixture.RefusedAsync(ImportAsync(world, "door", $"ssh-rsa {SshKeyTests.Rsa}"), "InvalidKeyPair.Duplicate")).Message.ShouldBe("The keypair already exists");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = "door" }, world.Caller, None), "InvalidKeyPair.Duplicate");
        await world.Ec2.ImportKeyPairAsync(
            new() { KeyName = "door", PublicKeyMaterial = Encoding.UTF8.GetBytes($"ssh-rsa {SshKeyTests.Rsa}") }, Ec2Fixture.CallerIn("eu-west-1"), None);
    }

    [Fact]
    public async Task An_imported_key_has_its_own_fingerprint_and_the_name_of_the_pair_as_comment()
    {
        await using var world = await Ec2Fixture.StartAsync();
        (await ImportAsync(world, "one", $"ssh-rsa {SshKeyTests.Rsa} me@here")).KeyFingerprint.ShouldBe(SshKeyTests.RsaFingerprint);
        (await ImportAsync(world, "two", $"ssh-ed25519 {SshKeyTests.Ed} me@here")).KeyFingerprint.ShouldBe(SshKeyTests.EdFingerprint);
        (await ShowAsync(world, new() { KeyNames = ["one"], IncludePublicKey = true })).ShouldHaveSingleItem().PublicKey.ShouldBe($"ssh-rsa {SshKeyTests.Rsa} one");
        (await Ec2Fixture.RefusedAsync(ImportAsync(world, "three", "no key"), "InvalidKey.Format")).Message.ShouldBe("Key is not in valid OpenSSH public key format");
    }

    [Fact]
    public async Task Pairs_are_found_by_name_id_fingerprint_and_tag_and_what_is_not_there_is_named()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var one = (await ImportAsync(world, "one", $"ssh-rsa {SshKeyTests.Rsa}")).KeyPairId ?? "";
        await ImportAsync(world, "two", $"ssh-ed25519 {SshKeyTests.Ed}");
        await world.Ec2.CreateTagsAsync(new() { Resources = [one], Tags = [new() { Key = "team", Value = "red" }] }, world.Caller, None);
        foreach (var (name, value) in new[] { ("key-name", "on*"), ("key-pair-id", one), ("fingerprint", SshKeyTests.RsaFingerprint), ("tag:team", "red"), ("tag-key", "team") })
            (await ShowAsync(world, new() { Filters = [new() { Name = name, Values = [value] }] })).ShouldHaveSingleItem().KeyName.ShouldBe("one");
        (await ShowAsync(world, new() { KeyPairIds = [one], KeyNames = ["two", "one"] })).Count.ShouldBe(2);
        (await world.Ec2.DescribeTagsAsync(new() { Filters = [new() { Name = "resource-type", Values = ["key-pair"] }] }, world.Caller, None)).Tags?.Length.ShouldBe(1);
        (await Ec2Fixture.RefusedAsync(ShowAsync(world, new() { KeyNames = ["none"] }), "InvalidKeyPair.NotFound")).Message.ShouldBe("The key pair 'none' does not exist");
        await Ec2Fixture.RefusedAsync(ShowAsync(world, new() { KeyPairIds = ["key-0"] }), "InvalidKeyPair.NotFound");
        await Ec2Fixture.RefusedAsync(ShowAsync(world, new() { Filters = [new() { Name = "colour", Values = ["x"] }] }), "InvalidParameterValue");
    }

    [Fact]
    public async Task Deleting_is_silent_about_what_is_not_there()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var one = (await ImportAsync(world, "one", $"ssh-rsa {SshKeyTests.Rsa}")).KeyPairId ?? "";
        await ImportAsync(world, "two", $"ssh-ed25519 {SshKeyTests.Ed}");
        (await world.Ec2.DeleteKeyPairAsync(new() { KeyName = "one" }, world.Caller, None)).ShouldBe(new DeleteKeyPairResponse { Return = true, KeyPairId = one });
        (await world.Ec2.DeleteKeyPairAsync(new() { KeyName = "one" }, world.Caller, None)).ShouldBe(new DeleteKeyPairResponse { Return = true });
        (await world.Ec2.DeleteKeyPairAsync(new() { KeyPairId = one }, world.Caller, None)).Return.ShouldBe(true);
        (await ShowAsync(world)).ShouldHaveSingleItem().KeyName.ShouldBe("two");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteKeyPairAsync(new(), world.Caller, None), "MissingParameter");
    }

    [Fact]
    public async Task What_cannot_be_a_pair_is_refused()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = "door", KeyFormat = KeyFormat.Ppk }, world.Caller, None), "UnsupportedOperation");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = "Tür" }, world.Caller, None), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = "two\nlines" }, world.Caller, None), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = new('k', 256) }, world.Caller, None), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateKeyPairAsync(new() { KeyName = "door", DryRun = true }, world.Caller, None), "DryRunOperation");
        (await ShowAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_instance_needs_a_pair_that_is_there_and_keeps_its_public_half()
    {
        await using var world = await Ec2Fixture.StartAsync();
        world.Host.AddImage(new("legacy:1") { PullTime = TimeSpan.Zero });
        var image = (await world.Ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, world.Caller, None)).ImageId ?? "";
        foreach (var ami in new[] { image, "ami-of-nobody" })
            (await Ec2Fixture.RefusedAsync(RunAsync(ami), "InvalidKeyPair.NotFound")).Message.ShouldBe("The key pair 'door' does not exist");
        (await world.Ec2.DescribeNetworkInterfacesAsync(new(), world.Caller, None)).NetworkInterfaces.GetValueOrDefault().ShouldBeEmpty();

        await ImportAsync(world, "door", $"ssh-rsa {SshKeyTests.Rsa} me@here");
        var made = (await RunAsync(image)).Instances?[0] ?? throw new InvalidOperationException();
        made.KeyName.ShouldBe("door");
        await Ec2Fixture.EventuallyAsync(async () => (await ShowInstanceAsync()).State?.Name is InstanceStateName.Running);
        await world.Ec2.DeleteKeyPairAsync(new() { KeyName = "door" }, world.Caller, None);
        (await ShowInstanceAsync()).KeyName.ShouldBe("door");
        (await ReadAsync("public-keys/")).ShouldBe("0=door");
        (await ReadAsync("public-keys/0/")).ShouldBe("openssh-key");
        (await ReadAsync("public-keys/0/openssh-key")).ShouldBe($"ssh-rsa {SshKeyTests.Rsa} door");
        (await ReadAsync("")).Split('\n').Where(l => l.StartsWith("public-keys", StringComparison.Ordinal)).ShouldBe(["public-keys/"]);

        Task<RunInstancesResponse> RunAsync(string ami) =>
            world.Ec2.RunInstancesAsync(new() { ImageId = ami, InstanceType = "t3.micro", MinCount = 1, MaxCount = 1, KeyName = "door" }, world.Caller, None);

        async Task<Instance> ShowInstanceAsync() => (await world.Ec2.DescribeInstancesAsync(new() { InstanceIds = [made.InstanceId ?? ""] }, world.Caller, None)).Reservations?[0].Instances?[0]
            ?? throw new InvalidOperationException();

        async Task<string> ReadAsync(string path)
        {
            var vpc = await world.DefaultVpcAsync();
            var network = new InsideNetwork.Bridge(vpc.CidrBlock ?? "", vpc.CidrBlock?.Replace(".0.0/16", ".0.1", StringComparison.Ordinal) ?? "");
            var answer = await world.Inside.AskAsync(InsideDoor.Instance, new(network, made.PrivateIpAddress ?? "", "GET", "/latest/meta-data/" + path, default));
            return Encoding.UTF8.GetString(answer.Body.Span);
        }
    }
}
