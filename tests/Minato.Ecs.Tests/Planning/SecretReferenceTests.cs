using Minato.Ecs.Planning.Tasks;

namespace Minato.Ecs.Tests.Planning;

/// <summary>The forms of valueFrom.</summary>
public sealed class SecretReferenceTests
{
    private const string Secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf";

    [Theory]
    [InlineData(Secret, null, null, null)]
    [InlineData(Secret + ":username::", "username", null, null)]
    [InlineData(Secret + "::AWSPREVIOUS:", null, "AWSPREVIOUS", null)]
    [InlineData(Secret + ":::v1", null, null, "v1")]
    [InlineData(Secret + ":username:AWSPREVIOUS:", "username", "AWSPREVIOUS", null)]
    public void A_secret_has_key_stage_and_version(string valueFrom, string? key, string? stage, string? version) =>
        SecretReference.Parse(valueFrom, "us-east-1").ShouldBe(new SecretReference.OfSecretsManager("eu-west-1", Secret, key, stage, version));

    [Theory]
    [InlineData("/app/url", "us-east-1")]
    [InlineData("arn:aws:ssm:eu-west-1:123456789012:parameter/app/url", "eu-west-1")]
    public void Everything_else_is_a_parameter(string valueFrom, string region) =>
        SecretReference.Parse(valueFrom, "us-east-1").ShouldBe(new SecretReference.OfParameterStore(region, valueFrom));

    [Theory]
    [InlineData(Secret + ":username")]
    [InlineData("arn:aws:s3:::bucket/key")]
    public void All_three_colons_stand_once_one_part_is_used(string valueFrom) =>
        SecretReference.Parse(valueFrom, "us-east-1").ShouldBeOfType<SecretReference.Unreadable>();

    [Fact]
    public void A_file_has_lines_without_quotes_or_escapes()
    {
        var read = EnvironmentFileText.Merge(["# a comment\r\nA=1\r\nB=\"two words\" # kept\nnothing\n=none\nC=x=y\nA=last", "A=later\nD=4"]);
        read.ShouldBe(new Dictionary<string, string> { ["A"] = "last", ["B"] = "\"two words\" # kept", ["C"] = "x=y", ["D"] = "4" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("arn:aws:s3:::bucket/a/prod.env", "bucket", "a/prod.env")]
    [InlineData("arn:aws:s3:::bucket", null, null)]
    [InlineData("s3://bucket/key", null, null)]
    public void A_file_is_an_object_by_arn(string value, string? bucket, string? key) =>
        EnvironmentFileText.Locate(value).ShouldBe(bucket is null || key is null ? null : (bucket, key));
}
