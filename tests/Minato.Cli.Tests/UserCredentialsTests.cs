using Minato.Cli.Running;

namespace Minato.Cli.Tests;

/// <summary>Profiles are read as the AWS CLI reads them.</summary>
public sealed class UserCredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-aws-").FullName;

    public UserCredentialsTests()
    {
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", Path.Combine(_folder, "config"));
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(_folder, "credentials"));
        File.WriteAllText(Path.Combine(_folder, "config"), $"""
            # a comment
            [profile ops]
            region = eu-west-1
            s3 =
              addressing_style = path
            [profile told]
            credential_process = cat {Path.Combine(_folder, "told.json")}

            [profile broken]
            credential_process = exit 3
            [profile twice]
            aws_access_key_id = of-config
            aws_secret_access_key = secret
            """);
        Write("first");
    }

    [Fact]
    public async Task Keys_of_a_file_are_read_again_since_others_renew_them_there()
    {
        var credentials = UserCredentials.Of("ops");
        (await credentials.GetAsync(TestContext.Current.CancellationToken)).ShouldSatisfyAllConditions(c => c.AccessKeyId.ShouldBe("first"), c => c.SecretKey.ShouldBe("s/e=c"), c => c.SessionToken.ShouldBe("token"));
        Write("second");
        (await credentials.GetAsync(TestContext.Current.CancellationToken)).AccessKeyId.ShouldBe("second");
    }

    [Fact]
    public async Task The_file_of_credentials_goes_before_the_one_of_settings() =>
        (await UserCredentials.Of("twice").GetAsync(TestContext.Current.CancellationToken)).AccessKeyId.ShouldBe("of-credentials");

    [Fact]
    public async Task A_program_is_asked_once_while_what_it_gave_is_good_and_again_before_that_ends()
    {
        var credentials = UserCredentials.Of("told");
        Tell("one", TimeProvider.System.GetUtcNow().AddHours(1));
        (await AskAsync()).ShouldBe("one");
        Tell("two", TimeProvider.System.GetUtcNow().AddMinutes(4));
        (await AskAsync()).ShouldBe("one", "an hour is long");
        credentials = UserCredentials.Of("told");
        (await AskAsync()).ShouldBe("two");
        Tell("three", TimeProvider.System.GetUtcNow().AddHours(1));
        (await AskAsync()).ShouldBe("three", "four minutes are not enough");

        async Task<string> AskAsync() => (await credentials.GetAsync(TestContext.Current.CancellationToken)).AccessKeyId;
    }

    [Fact]
    public async Task A_program_that_fails_is_named_with_its_profile() =>
        (await Should.ThrowAsync<UserException>(async () => await UserCredentials.Of("broken").GetAsync(TestContext.Current.CancellationToken))).Message.ShouldStartWith("the profile broken gives no credentials");

    [Fact]
    public void A_profile_that_is_not_there_is_said() => Should.Throw<UserException>(() => UserCredentials.Of("none")).Message.ShouldStartWith("there is no profile none");

    [Fact]
    public void A_profile_has_its_region() => (UserCredentials.RegionOf("ops"), UserCredentials.RegionOf("told")).ShouldBe(("eu-west-1", null));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", null);
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", null);
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(string key) => File.WriteAllText(Path.Combine(_folder, "credentials"), $"""
        [default]
        aws_access_key_id = nobody
        aws_secret_access_key = nothing
        [ops]
        aws_access_key_id = {key}
        aws_secret_access_key = s/e=c
        aws_session_token = token
        [twice]
        aws_access_key_id = of-credentials
        """);

    private void Tell(string key, DateTimeOffset until) =>
        File.WriteAllText(Path.Combine(_folder, "told.json"), $"{{\"Version\": 1, \"AccessKeyId\": \"{key}\", \"SecretAccessKey\": \"s\", \"SessionToken\": \"t\", \"Expiration\": \"{until:O}\"}}");
}
