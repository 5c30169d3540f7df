using Minato.Cli.Registry;

namespace Minato.Cli.Tests;

public sealed class HostClaimTests : IDisposable
{
    private const string Name = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    private const string Other = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private readonly string _root = Directory.CreateTempSubdirectory("minato-claim-").FullName;

    public HostClaimTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "etc"));
        File.WriteAllText(Path.Combine(_root, "etc", "hosts"), "127.0.0.1 localhost\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_claim_is_a_line_and_a_certificate_and_release_leaves_everything_as_it_was()
    {
        var claim = new HostClaim("abc", _root);
        claim.Check([Name]);
        claim.Plan("127.100.1.2", [Name]).ShouldBe(
        [
            $"add to {claim.HostsFile}:  127.100.1.2 {Name} # minato abc", $"write {claim.CertificateOf(Name)}: the root certificate of this installation",
        ]);
        claim.Apply("127.100.1.2", [Name], "PEM");
        File.ReadAllText(claim.HostsFile).ShouldBe($"127.0.0.1 localhost\n127.100.1.2 {Name} # minato abc\n");
        File.ReadAllText(claim.CertificateOf(Name)).ShouldContain("PEM");
        claim.Check([Name, Other]); // Claiming more is fine,
        claim.Apply("127.100.1.2", [Name, Other], "PEM");
        File.ReadAllLines(claim.HostsFile).Length.ShouldBe(2); // and is one line still.
        claim.Undo([Name, Other]).Count.ShouldBe(3);
        File.ReadAllText(claim.HostsFile).ShouldBe("127.0.0.1 localhost\n");
        Directory.Exists(Path.GetDirectoryName(claim.CertificateOf(Name))).ShouldBeFalse();
        claim.Undo([Name, Other]).ShouldBeEmpty();
    }

    [Fact]
    public void What_somebody_else_put_there_is_left_alone()
    {
        var (ours, theirs) = (new HostClaim("abc", _root), new HostClaim("xyz", _root));
        theirs.Apply("127.100.9.9", [Name], "THEIRS");
        Should.Throw<UserException>(() => ours.Check([Name])).Message.ShouldContain(Name);
        ours.Undo([Name]).ShouldBeEmpty();
        File.ReadAllText(theirs.CertificateOf(Name)).ShouldContain("THEIRS");
        ours.Check([Other]);
    }

    [Fact]
    public void Each_installation_has_a_loopback_address_of_its_own() =>
        new[] { "a", "b", "c" }.Select(HostClaim.AddressOf).Distinct().ShouldAllBe(a => System.Net.IPAddress.IsLoopback(System.Net.IPAddress.Parse(a)));
}
