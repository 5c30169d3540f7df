using Minato.Testing.Templates;

namespace Minato.Acm.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_certificate_is_waited_for_and_its_ref_is_its_arn() => AcmWorld.Run(async acm =>
    {
        var types = TypeDriver.In(acm.World);
        var certificate = await types.CreateAsync("AWS::CertificateManager::Certificate", """
            {"DomainName":"example.com","SubjectAlternativeNames":["www.example.com"],"ValidationMethod":"DNS","DomainValidationOptions":[{"DomainName":"example.com","HostedZoneId":"Z1"}],
             "Tags":[{"Key":"a","Value":"1"}]}
            """);
        certificate.Id.ShouldStartWith("arn:aws:acm:us-east-1:123456789012:certificate/");
        (await acm.DescribeAsync(certificate.Id)).Status.ShouldBe(Contracts.Acm.CertificateStatus.Issued);
        certificate = await types.UpdateAsync(certificate, """
            {"DomainName":"example.com","SubjectAlternativeNames":["www.example.com"],"ValidationMethod":"DNS","DomainValidationOptions":[{"DomainName":"example.com","HostedZoneId":"Z1"}],
             "Tags":[{"Key":"b","Value":"2"}]}
            """);
        await types.DeleteAsync(certificate);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void An_account_has_a_number_of_days_and_its_ref_is_the_account() => AcmWorld.Run(async acm =>
    {
        var types = TypeDriver.In(acm.World);
        var account = await types.CreateAsync("AWS::CertificateManager::Account", """{"ExpiryEventsConfiguration":{"DaysBeforeExpiry":30}}""");
        (account.Id, account.GetAtt("AccountId")).ShouldBe(("123456789012", "123456789012"));
        account = await types.UpdateAsync(account, """{"ExpiryEventsConfiguration":{"DaysBeforeExpiry":20}}""");
        await types.DeleteAsync(account);
    });
}
