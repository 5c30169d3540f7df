using Microsoft.Extensions.DependencyInjection;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.Contracts.Acm;
using Minato.Contracts.Eventbridge;
using Minato.Engines.Certificates;
using Minato.Testing;

namespace Minato.Acm.Tests;

/// <summary>Who listens to EventBridge hears of a certificate's end in time.</summary>
public sealed class ExpiryTests
{
    private readonly List<PutEventsRequestEntry> _told = [];

    private void Run(Func<AcmWorld, Task> test)
    {
        var users = new Users();
        World.Run(1, world => test(new(world, users)), services => services.AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton<IEventbridge>(new EventbridgeClient(new Bus(_told))).AddSingleton<ICertificateUsers>(users).AddAcm());
    }

    private string[] Details(string type) => [.. _told.Where(t => t.DetailType == type).Select(t => t.Detail ?? "")];

    [Fact]
    public void An_account_hears_daily_of_a_certificate_that_is_about_to_end_also_over_a_restart() => Run(async w =>
    {
        var arn = await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, days: 47));
        await w.World.RunFor(TimeSpan.FromDays(1));
        _told.ShouldBeEmpty(); // AWS: from 45 days before the end.
        await w.World.RunFor(TimeSpan.FromDays(2.5));
        Details("ACM Certificate Approaching Expiration").ShouldBe(["""{"DaysToExpiry":45,"CommonName":"www.example.com"}""", """{"DaysToExpiry":44,"CommonName":"www.example.com"}"""]);
        (_told[0].Source, _told[0].Resources?[0]).ShouldBe(("aws.acm", arn));
        await w.World.RestartAsync();
        await w.World.RunFor(TimeSpan.FromHours(1));
        _told.Count.ShouldBe(2);
        await w.World.RunFor(TimeSpan.FromDays(1));
        _told.Count.ShouldBe(3);
    });

    [Fact]
    public void Nobody_hears_that_an_imported_one_has_ended() => Run(async w =>
    {
        await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, days: 2));
        await w.World.RunFor(TimeSpan.FromDays(4));
        Details("ACM Certificate Approaching Expiration").Length.ShouldBe(2);
        _told.Count.ShouldBe(2);
    });

    [Fact]
    public void An_account_says_from_when_on_it_wants_to_hear() => Run(async w =>
    {
        await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, days: 48));
        await w.Acm.PutAccountConfigurationAsync(new() { IdempotencyToken = "t", ExpiryEvents = new() { DaysBeforeExpiry = 60 } }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromHours(1));
        Details("ACM Certificate Approaching Expiration").ShouldBe(["""{"DaysToExpiry":48,"CommonName":"www.example.com"}"""]);
    });

    [Fact]
    public void What_ACM_issued_and_nobody_used_is_told_of_when_it_has_ended() => Run(async w =>
    {
        var certificate = new CertificateState
        {
            Arn = "arn:aws:acm:us-east-1:123456789012:certificate/1", Home = Home.Of(w.Caller), Type = CertificateType.AmazonIssued, DomainName = "www.example.com", Names = ["www.example.com"],
            KeyAlgorithm = KeyAlgorithm.Rsa2048, CreatedAt = w.Now, ValidationMethod = ValidationMethod.Dns,
            Issued = new() { At = w.Now, Certificate = "", SealedKey = [], Serial = "01", NotBefore = w.Now, NotAfter = w.Now.AddDays(2) },
        };
        await w.World.Store.UpdateAsync(tx => tx.Put(AcmTables.Certificates, certificate), default);
        await w.World.RunFor(TimeSpan.FromDays(5));
        Details("ACM Certificate Approaching Expiration").Length.ShouldBe(2);
        Details("ACM Certificate Expired").ShouldHaveSingleItem().ShouldContain("\"CertificateType\":\"AMAZON_ISSUED\",\"CommonName\":\"www.example.com\",\"DomainValidationMethod\":\"DNS\"");
    });

    [Theory]
    [InlineData(0.1, 1), InlineData(1, 1), InlineData(1.5, 2), InlineData(45, 45)]
    public void Days_that_have_begun_are_left(double left, int days)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ExpiryPlanner.DaysLeft(now.AddDays(left), now).ShouldBe(days);
    }

    private sealed class Bus(List<PutEventsRequestEntry> told) : IAwsInvoker
    {
        public Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
            where TOut : IShape<TOut>
        {
            told.AddRange(((PutEventsRequest)request).Entries);
            return Task.FromResult((TOut)(object)new PutEventsResponse { FailedEntryCount = 0, Entries = [] });
        }
    }
}
