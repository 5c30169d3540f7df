using Minato.Elb.Planning;
using Minato.Engines.Certificates;

namespace Minato.Elb.Tests;

public sealed class TlsPlannerTests
{
    [Fact]
    public void Of_several_certificates_for_a_name_the_best_comes_first() => TlsPlanner.Preferred(
    [
        Certificate("rsa2048", false, 2048, 90), Certificate("ec256", true, 256, 90), Certificate("rsa4096", false, 4096, 90),
        Certificate("ec384", true, 384, 90), Certificate("rsa2048-long", false, 2048, 365),
    ]).Select(c => c.Arn).ShouldBe(["ec384", "ec256", "rsa4096", "rsa2048-long", "rsa2048"]);

    [Theory]
    [InlineData("2016-08", "TLSv1 TLSv1.1 TLSv1.2", 18)]
    [InlineData("TLS-1-2-2017-01", "TLSv1.2", 12)]
    [InlineData("TLS-1-2-Ext-2018-06", "TLSv1.2", 18)]
    [InlineData("FS-1-2-Res-2020-10", "TLSv1.2", 4)]
    [InlineData("FS-1-2-Res-2019-08", "TLSv1.2", 8)]
    [InlineData("FS-2018-06", "TLSv1 TLSv1.1 TLSv1.2", 12)]
    [InlineData("TLS13-1-3-2021-06", "TLSv1.3", 3)]
    [InlineData("TLS13-1-2-2021-06", "TLSv1.2 TLSv1.3", 11)]
    [InlineData("TLS13-1-2-Res-2021-06", "TLSv1.2 TLSv1.3", 7)]
    [InlineData("TLS13-1-2-Res-PQ-2025-09", "TLSv1.2 TLSv1.3", 7)]
    [InlineData("TLS13-1-2-Ext1-2021-06", "TLSv1.2 TLSv1.3", 15)]
    [InlineData("TLS13-1-2-Ext2-2021-06", "TLSv1.2 TLSv1.3", 21)]
    [InlineData("TLS13-1-0-2021-06", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", 21)]
    [InlineData("TLS13-1-3-FIPS-2023-04", "TLSv1.3", 2)]
    [InlineData("TLS13-1-2-FIPS-2023-04", "TLSv1.2 TLSv1.3", 10)]
    [InlineData("TLS13-1-2-Res-FIPS-2023-04", "TLSv1.2 TLSv1.3", 6)]
    [InlineData("TLS13-1-2-Res-FIPS-PQ-2025-09", "TLSv1.2 TLSv1.3", 6)]
    [InlineData("TLS13-1-2-Ext0-FIPS-2023-04", "TLSv1.2 TLSv1.3", 14)]
    [InlineData("TLS13-1-2-Ext1-FIPS-2023-04", "TLSv1.2 TLSv1.3", 14)]
    [InlineData("TLS13-1-2-Ext2-FIPS-2023-04", "TLSv1.2 TLSv1.3", 20)]
    [InlineData("TLS13-1-1-FIPS-2023-04", "TLSv1.1 TLSv1.2 TLSv1.3", 20)]
    [InlineData("TLS13-1-0-FIPS-2023-04", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", 20)]
    public void A_policy_has_its_protocols_and_ciphers(string name, string protocols, int ciphers)
    {
        var policy = SslPolicies.Find("ELBSecurityPolicy-" + name).ShouldNotBeNull();
        policy.SslProtocols?.ShouldBe(protocols.Split(' '));
        (policy.Ciphers ?? []).Length.ShouldBe(ciphers);
        (policy.Ciphers ?? []).Select(c => c.Priority).ShouldBe(Enumerable.Range(1, ciphers).Select(i => (int?)i));
    }

    private static CertificateMaterial Certificate(string arn, bool isElliptic, int bits, int days) => new()
    {
        Arn = arn, Version = "01", Names = ["www.example.com"], IsElliptic = isElliptic, KeyBits = bits, Pem = "",
        NotBefore = DateTimeOffset.UnixEpoch, NotAfter = DateTimeOffset.UnixEpoch.AddDays(days),
    };
}
