using Minato.Testing.Templates;

namespace Minato.Ecr.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public async Task A_repository_has_a_life_and_tells_its_uri()
    {
        await using var ecr = await EcrFixture.StartAsync();
        var types = new TypeDriver(ecr.Service<IEnumerable<Aws.Templates.IResourceType>>(), ecr.Caller, ecr.Clock);
        var repository = await types.CreateAsync("AWS::ECR::Repository", """
            {"RepositoryName":"cdk-assets","ImageTagMutability":"IMMUTABLE","ImageScanningConfiguration":{"ScanOnPush":"true"},
             "LifecyclePolicy":{"LifecyclePolicyText":"{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":365},\"action\":{\"type\":\"expire\"}}]}"},
             "RepositoryPolicyText":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":["ecr:BatchGetImage"]}]},
             "Tags":[{"Key":"a","Value":"1"}]}
            """);
        repository.Id.ShouldBe("cdk-assets");
        repository.GetAtt("Arn").ShouldBe("arn:aws:ecr:us-east-1:123456789012:repository/cdk-assets");
        repository.GetAtt("RepositoryUri").ShouldEndWith("/cdk-assets");
        repository = await types.UpdateAsync(repository, """{"RepositoryName":"cdk-assets","ImageTagMutability":"MUTABLE","EmptyOnDelete":true}""");
        (await types.ReadAsync(repository))?.Properties.ContainsKey("LifecyclePolicy").ShouldBeFalse();
        await types.DeleteAsync(repository);
        (await types.CreateAsync("AWS::ECR::Repository", "{}", "Images")).Id.ShouldMatch("^shop-images-[a-z0-9]{12}$");
        types.FaultsOfSchemas().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registry_has_a_policy_and_places_to_copy_to()
    {
        await using var ecr = await EcrFixture.StartAsync();
        var types = new TypeDriver(ecr.Service<IEnumerable<Aws.Templates.IResourceType>>(), ecr.Caller, ecr.Clock);
        var policy = await types.CreateAsync("AWS::ECR::RegistryPolicy", """
            {"PolicyText":{"Version":"2012-10-17","Statement":[{"Sid":"copy","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":["ecr:ReplicateImage"],"Resource":["arn:aws:ecr:us-east-1:123456789012:repository/*"]}]}}
            """);
        (policy.Id, policy.GetAtt("RegistryId")).ShouldBe((EcrFixture.Account, EcrFixture.Account));
        var copies = await types.CreateAsync("AWS::ECR::ReplicationConfiguration", """
            {"ReplicationConfiguration":{"Rules":[{"Destinations":[{"Region":"eu-west-1","RegistryId":"123456789012"}]}]}}
            """);
        await types.DeleteAsync(policy);
        await types.DeleteAsync(copies);
    }

    [Fact]
    public async Task A_registry_has_templates_scans_signatures_and_pulls_that_do_not_count()
    {
        await using var ecr = await EcrFixture.StartAsync();
        var types = new TypeDriver(ecr.Service<IEnumerable<Aws.Templates.IResourceType>>(), ecr.Caller, ecr.Clock);
        var template = await types.CreateAsync("AWS::ECR::RepositoryCreationTemplate", """
            {"Prefix":"mirror","AppliedFor":["PULL_THROUGH_CACHE"],"Description":"one","ImageTagMutability":"IMMUTABLE","ResourceTags":[{"Key":"a","Value":"1"}]}
            """, "Template");
        template.Id.ShouldBe("mirror");
        template.GetAtt("CreatedAt").ShouldEndWith("Z");
        template = await types.UpdateAsync(template, """{"Prefix":"mirror","AppliedFor":["REPLICATION"],"Description":"two"}""");
        await types.DeleteAsync(template);

        var scanning = await types.CreateAsync("AWS::ECR::RegistryScanningConfiguration", """
            {"ScanType":"ENHANCED","Rules":[{"ScanFrequency":"SCAN_ON_PUSH","RepositoryFilters":[{"Filter":"*","FilterType":"WILDCARD"}]}]}
            """, "Scanning");
        (scanning.Id, scanning.GetAtt("RegistryId")).ShouldBe(("123456789012", "123456789012"));
        scanning = await types.UpdateAsync(scanning, """{"ScanType":"BASIC","Rules":[{"ScanFrequency":"SCAN_ON_PUSH","RepositoryFilters":[{"Filter":"shop*","FilterType":"WILDCARD"}]}]}""");
        await types.DeleteAsync(scanning);

        var signing = await types.CreateAsync("AWS::ECR::SigningConfiguration", """
            {"Rules":[{"SigningProfileArn":"arn:aws:signer:us-east-1:123456789012:/signing-profiles/mine","RepositoryFilters":[{"Filter":"*","FilterType":"WILDCARD_MATCH"}]}]}
            """, "Signing");
        await types.DeleteAsync(signing);

        var exclusion = await types.CreateAsync("AWS::ECR::PullTimeUpdateExclusion", """{"PrincipalArn":"arn:aws:iam::123456789012:role/scanner"}""", "Exclusion");
        exclusion.Id.ShouldBe("arn:aws:iam::123456789012:role/scanner");
        await types.DeleteAsync(exclusion);
    }
}
