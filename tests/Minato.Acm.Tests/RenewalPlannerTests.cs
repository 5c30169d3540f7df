using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Contracts.Acm;

namespace Minato.Acm.Tests;

public sealed class RenewalPlannerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_requested_is_issued_at_once() => RenewalPlanner.Due(Certificate(null), isUsed: false, s_now).ShouldBe(s_now);

    [Theory]
    [InlineData(200, true, 140), InlineData(200, false, 140)] // Sixty days before the end, and not earlier.
    [InlineData(59, true, 0), InlineData(-5, true, 0)]
    [InlineData(59, false, 1)] // Nobody uses it: tomorrow somebody may.
    public void It_is_renewed_sixty_days_before_its_end_while_it_is_used(int left, bool isUsed, int due) =>
        RenewalPlanner.Due(Certificate(left), isUsed, s_now).ShouldBe(s_now.AddDays(due));

    [Fact]
    public void What_was_exported_is_renewed_too() => RenewalPlanner.Due(Certificate(59) with { WasExported = true }, isUsed: false, s_now).ShouldBe(s_now);

    [Fact]
    public void Somebody_may_ask_earlier() => RenewalPlanner.Due(Certificate(200) with { RenewNow = true }, isUsed: true, s_now).ShouldBe(s_now);

    [Fact]
    public void Imported_revoked_and_failed_ones_are_never_renewed()
    {
        RenewalPlanner.Due(Certificate(10) with { Type = CertificateType.Imported }, isUsed: true, s_now).ShouldBeNull();
        RenewalPlanner.Due(Certificate(10) with { RevokedAt = s_now }, isUsed: true, s_now).ShouldBeNull();
        RenewalPlanner.Due(Certificate(null) with { Failure = FailureReason.PcaResourceNotFound }, isUsed: true, s_now).ShouldBeNull();
    }

    private static CertificateState Certificate(int? daysLeft) => new()
    {
        Arn = "arn:aws:acm:us-east-1:123456789012:certificate/1", Home = new("123456789012", "us-east-1"), Type = CertificateType.AmazonIssued,
        DomainName = "www.example.com", Names = ["www.example.com"], KeyAlgorithm = KeyAlgorithm.Rsa2048, CreatedAt = s_now,
        Issued = daysLeft is { } days
            ? new() { At = s_now, Certificate = "", SealedKey = [], Serial = "01", NotBefore = s_now, NotAfter = s_now.AddDays(days) }
            : null,
    };
}
