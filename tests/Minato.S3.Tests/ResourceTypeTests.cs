using Minato.Aws.Templates;
using Minato.Contracts.S3;
using Minato.Testing.Templates;

namespace Minato.S3.Tests;

public sealed class ResourceTypeTests
{
    private const string Bucket = "AWS::S3::Bucket";

    [Fact]
    public void A_bucket_has_a_life_with_all_that_a_template_configures() => S3World.Run(async s3 =>
    {
        var types = TypeDriver.In(s3.World);
        var bucket = await types.CreateAsync(Bucket, """
            {"BucketName":"cdk-assets","VersioningConfiguration":{"Status":"Enabled"},
             "BucketEncryption":{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]},
             "PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":"true","IgnorePublicAcls":true,"RestrictPublicBuckets":true},
             "LifecycleConfiguration":{"Rules":[{"Id":"CleanupOldVersions","Status":"Enabled","NoncurrentVersionExpiration":{"NoncurrentDays":30}},
               {"Id":"AbortIncompleteMultipartUploads","Status":"Enabled","AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}},
               {"Id":"Old","Status":"Enabled","ExpirationInDays":365,"Prefix":"old/","TagFilters":[{"Key":"a","Value":"b"}]}]},
             "CorsConfiguration":{"CorsRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["*"],"ExposedHeaders":["etag"],"MaxAge":60}]},
             "OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]},
             "WebsiteConfiguration":{"IndexDocument":"index.html","ErrorDocument":"error.html"},
             "Tags":[{"Key":"a","Value":"1"}]}
            """);
        bucket.Id.ShouldBe("cdk-assets");
        bucket.GetAtt("Arn").ShouldBe("arn:aws:s3:::cdk-assets");
        bucket.GetAtt("RegionalDomainName").ShouldBe("cdk-assets.s3.us-east-1.amazonaws.com");
        var rules = (await s3.S3.GetBucketLifecycleConfigurationAsync(new() { Bucket = "cdk-assets" }, s3.Caller, default)).Rules;
        rules?.Select(r => r.ID).ShouldBe(["CleanupOldVersions", "AbortIncompleteMultipartUploads", "Old"]);
        (rules?[2].Expiration?.Days, rules?[2].Filter?.And?.Prefix, rules?[2].Filter?.And?.Tags?[0].Key).ShouldBe((365, "old/", "a"));
        (await s3.S3.GetBucketWebsiteAsync(new() { Bucket = "cdk-assets" }, s3.Caller, default)).IndexDocument?.Suffix.ShouldBe("index.html");
        (await s3.S3.GetBucketCorsAsync(new() { Bucket = "cdk-assets" }, s3.Caller, default)).CORSRules?[0].MaxAgeSeconds.ShouldBe(60);

        bucket = await types.UpdateAsync(bucket, """{"BucketName":"cdk-assets","VersioningConfiguration":{"Status":"Suspended"}}""");
        await s3.World.Throws<S3Exception>(() => s3.S3.GetBucketWebsiteAsync(new() { Bucket = "cdk-assets" }, s3.Caller, default));
        await types.DeleteAsync(bucket);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_name_that_CloudFormation_gives_has_no_capitals() => S3World.Run(async s3 =>
        (await TypeDriver.In(s3.World).CreateAsync(Bucket, "{}", "Artifacts")).Id.ShouldMatch("^shop-artifacts-[a-z0-9]{12}$"));

    [Fact]
    public void A_bucket_that_holds_something_is_not_deleted() => S3World.Run(async s3 =>
    {
        var types = TypeDriver.In(s3.World);
        var bucket = await types.CreateAsync(Bucket, """{"BucketName":"things"}""");
        await s3.PutAsync("key", "text");
        (await types.TryDeleteAsync(bucket)).ShouldBeOfType<ResourceProgress.Failed>().Message.ShouldContain("The bucket you tried to delete is not empty");
    });

    [Fact]
    public void A_bucket_policy_is_an_object_in_templates_and_has_a_life() => S3World.WithBucket(async s3 =>
    {
        var types = TypeDriver.In(s3.World);
        const string Policy = """
            {"Bucket":"things","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Sid":"AllowSSLRequestsOnly","Effect":"Deny","Action":"s3:*","Principal":"*",
             "Resource":["arn:aws:s3:::things","arn:aws:s3:::things/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}}
            """;
        var policy = await types.CreateAsync("AWS::S3::BucketPolicy", Policy);
        policy.Id.ShouldBe("things");
        (await types.TryCreateAsync("AWS::S3::BucketPolicy", Policy, "Other")).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("AlreadyExists");
        await types.DeleteAsync(policy);
    });
}
