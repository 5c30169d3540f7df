using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Contracts.S3;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Engines.Containers;
using Minato.Iam;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Ssm;
using Minato.Sts;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>What a task is given at its start that is not in its definition.</summary>
public sealed class TaskSecretTests
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private const string Read = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","ssm:GetParameters","s3:GetObject"],"Resource":"*"}]}""";

    private static Task AllowAsync(TaskWorld world, string policy) => world.World.Client<IIam>()
        .PutRolePolicyAsync(new() { RoleName = "execution", PolicyName = "read", PolicyDocument = policy }, world.World.Caller, default);

    private static void Run(Func<TaskWorld, Task> test) => TaskWorld.Run(3, async world =>
    {
        await world.World.Client<IIam>().CreateRoleAsync(new() { RoleName = "execution", AssumeRolePolicyDocument = Trust }, world.World.Caller, default);
        await AllowAsync(world, Read);
        await test(world);
    }, more: services => services.AddIam("123456789012", "AKIAROOT", "secret").AddSts().AddSecretsManager().AddSsm().AddS3());

    private static async Task<string> SecretAsync(TaskWorld world, string name, string value) => (await world.World.Client<ISecretsManager>()
        .CreateSecretAsync(new() { Name = name, SecretString = value }, world.World.Caller, default)).ARN ?? "";

    private static Task ParameterAsync(TaskWorld world, string name, string value) => world.World.Client<ISsm>()
        .PutParameterAsync(new() { Name = name, Value = value, Type = ParameterType.SecureString }, world.World.Caller, default);

    private static ContainerDefinition With(params (string Name, string From)[] secrets) =>
        TaskWorld.Container() with { Secrets = [.. secrets.Select(s => new Secret { Name = s.Name, ValueFrom = s.From })] };

    [Fact]
    public void A_container_gets_secrets_of_both_kinds() => Run(async world =>
    {
        var secret = await SecretAsync(world, "db", """{"user":"ann","port":5432}""");
        await ParameterAsync(world, "/app/url", "http://x");
        await world.UntilAsync(await world.RunAsync(With(
            ("ALL", secret), ("USER", $"{secret}:user::"), ("PORT", $"{secret}:port::"), ("URL", "/app/url"),
            ("URL2", "arn:aws:ssm:us-east-1:123456789012:parameter/app/url"))), "RUNNING");
        var environment = world.Containers()[0].Spec.Environment;
        environment["ALL"].ShouldBe("""{"user":"ann","port":5432}""");
        (environment["USER"], environment["PORT"], environment["URL"], environment["URL2"]).ShouldBe(("ann", "5432", "http://x", "http://x"));
    });

    // AWS's managed policy for execution roles does not allow to read secrets.
    [Theory, InlineData("secretsmanager:GetSecretValue"), InlineData("ssm:GetParameters")]
    public void An_execution_role_reads_only_what_its_policies_allow(string denied) => Run(async world =>
    {
        await AllowAsync(world, Read.Replace($"\"{denied}\",", "", StringComparison.Ordinal));
        var secret = await SecretAsync(world, "db", "1");
        await ParameterAsync(world, "/app/url", "http://x");
        var stopped = await world.UntilAsync(await world.RunAsync(With(("ALL", secret), ("URL", "/app/url"))), "STOPPED");
        stopped.StoppedReason.ShouldNotBeNull().ShouldContain("AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/execution/");
        stopped.StoppedReason.ShouldContain($"because no identity-based policy allows the {denied} action");
    });

    [Fact]
    public void A_secret_wins_over_a_variable_of_the_name() => Run(async world =>
    {
        await ParameterAsync(world, "url", "secret");
        await world.UntilAsync(await world.RunAsync(With(("URL", "url")) with { Environment = [new() { Name = "URL", Value = "plain" }] }), "RUNNING");
        world.Containers()[0].Spec.Environment["URL"].ShouldBe("secret");
    });

    [Fact]
    public void A_secret_that_is_not_there_ends_the_task_before_anything_starts() => Run(async world =>
    {
        const string missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf";
        var stopped = await world.UntilAsync(await world.RunAsync(With(("A", missing))), "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        stopped.StoppedReason.ShouldStartWith(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: "
            + $"service call has been retried 1 time(s): failed to fetch secret {missing} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.");
        stopped.PullStartedAt.ShouldBeNull();
        world.Containers().ShouldBeEmpty();
    });

    [Fact]
    public void A_parameter_that_is_not_there_is_an_invalid_one() => Run(async world =>
        (await world.UntilAsync(await world.RunAsync(With(("A", "/none"))), "STOPPED")).StoppedReason.ShouldBe(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: "
            + "service call has been retried 1 time(s): invalid parameters: /none"));

    [Fact]
    public void A_key_that_the_secret_does_not_have_ends_the_task() => Run(async world =>
    {
        var secret = await SecretAsync(world, "db", """{"user":"ann"}""");
        (await world.UntilAsync(await world.RunAsync(With(("A", $"{secret}:password::"))), "STOPPED")).StoppedReason
            .ShouldNotBeNull().ShouldEndWith("retrieved secret from Secrets Manager did not contain json key password");
    });

    [Fact]
    public void Secrets_are_read_once_at_the_start() => Run(async world =>
    {
        await ParameterAsync(world, "url", "one");
        world.Host.AddImage(new SimImage("app:1") { RunsFor = TimeSpan.FromSeconds(90), ExitCode = 1 });
        var definition = With(("URL", "url")) with { RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 60 } };
        var arn = await world.RunAsync(definition);
        await world.UntilAsync(arn, "RUNNING");
        await world.World.Client<ISsm>().PutParameterAsync(new() { Name = "url", Value = "two", Overwrite = true }, world.World.Caller, default);
        await world.World.RunFor(TimeSpan.FromSeconds(100));
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING"); // Started again, in place.
        world.Containers()[0].Spec.Environment["URL"].ShouldBe("one");
    });

    [Fact]
    public void Nothing_secret_is_in_the_store() => Run(async world =>
    {
        await ParameterAsync(world, "url", "hush-hush");
        await world.UntilAsync(await world.RunAsync(With(("URL", "url"))), "RUNNING");
        var task = world.World.Store.Current.All(State.EcsTables.Tasks).ShouldHaveSingleItem();
        System.Text.Json.JsonSerializer.Serialize(task, State.EcsJson.Default.TaskState).ShouldNotContain("hush-hush");
    });

    [Fact]
    public void A_private_registry_gets_its_account() => Run(async world =>
    {
        var secret = await SecretAsync(world, "registry", """{"username":"ann"}""");
        var container = TaskWorld.Container() with { RepositoryCredentials = new() { CredentialsParameter = secret } };
        (await world.UntilAsync(await world.RunAsync(container), "STOPPED")).StoppedReason.ShouldNotBeNull().ShouldStartWith(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to get registry auth from asm: ");
        await world.World.Client<ISecretsManager>().PutSecretValueAsync(
            new() { SecretId = secret, SecretString = """{"username":"ann","password":"p"}""" }, world.World.Caller, default);
        await world.UntilAsync(await world.RunAsync(container), "RUNNING");
    });

    [Fact]
    public void Options_of_a_log_driver_can_be_secret() => Run(async world =>
    {
        await ParameterAsync(world, "token", "hush");
        await world.UntilAsync(await world.RunAsync(TaskWorld.Container() with
        {
            LogConfiguration = new()
            {
                LogDriver = Contracts.Ecs.LogDriver.Splunk, Options = ImmutableDictionary<string, string>.Empty.Add("splunk-url", "http://x"),
                SecretOptions = [new() { Name = "splunk-token", ValueFrom = "token" }],
            },
        }), "RUNNING");
        world.Containers()[0].Spec.Log.Options["splunk-token"].ShouldBe("hush");
    });

    [Fact]
    public void A_file_in_S3_that_is_not_there_ends_the_task() => Run(async world =>
        (await world.UntilAsync(await world.RunAsync(TaskWorld.Container() with
        {
            EnvironmentFiles = [new() { Type = EnvironmentFileType.S3, Value = "arn:aws:s3:::bucket/prod.env" }],
        }), "STOPPED")).StoppedReason.ShouldBe("ResourceInitializationError: failed to download env files: file download command: non empty error stream: "
            + "failed to download file prod.env: NoSuchBucket: The specified bucket does not exist status code: 404"));

    private static async Task FileAsync(TaskWorld world, string key, string text)
    {
        var (s3, me) = (world.World.Client<IS3>(), world.World.Caller);
        await s3.CreateBucketAsync(new() { Bucket = "bucket" }, me, default);
        await s3.PutObjectAsync(new() { Bucket = "bucket", Key = key, Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) }, me, default);
    }

    private static ContainerDefinition WithFiles(params string[] keys) =>
        TaskWorld.Container() with { EnvironmentFiles = [.. keys.Select(k => new EnvironmentFile { Type = EnvironmentFileType.S3, Value = $"arn:aws:s3:::bucket/{k}" })] };

    [Fact]
    public void A_container_gets_the_variables_of_its_files_but_its_own_come_first() => Run(async world =>
    {
        await FileAsync(world, "prod.env", "# how it is\nA=file\nB=\"quoted\"\r\n\nC=x=y\nnonsense\n");
        await FileAsync(world, "more.env", "A=later\nD=4");
        await world.UntilAsync(await world.RunAsync(WithFiles("prod.env", "more.env") with { Environment = [new() { Name = "C", Value = "own" }] }), "RUNNING");
        var environment = world.Containers()[0].Spec.Environment;
        (environment["A"], environment["B"], environment["C"], environment["D"]).ShouldBe(("file", "\"quoted\"", "own", "4"));
    });

    [Fact]
    public void A_file_that_is_not_in_its_bucket_ends_the_task() => Run(async world =>
    {
        await FileAsync(world, "other.env", "A=1");
        (await world.UntilAsync(await world.RunAsync(WithFiles("prod.env")), "STOPPED")).StoppedReason.ShouldBe("ResourceInitializationError: failed to download env files: "
            + "file download command: non empty error stream: failed to download file prod.env: NoSuchKey: The specified key does not exist. status code: 404");
    });

    [Fact]
    public void A_file_larger_than_anybody_means_ends_the_task() => Run(async world =>
    {
        await FileAsync(world, "prod.env", $"A={new string('x', 1024 * 1024)}");
        (await world.UntilAsync(await world.RunAsync(WithFiles("prod.env")), "STOPPED")).StoppedReason.ShouldNotBeNull().ShouldEndWith("failed to download file prod.env: the file is larger than 1048576 bytes");
    });

    [Fact]
    public void A_role_that_cannot_be_assumed_ends_the_task_before_anything_starts() => Run(async world =>
    {
        var definition = TaskWorld.Fargate(TaskWorld.Container()) with { TaskRoleArn = "arn:aws:iam::123456789012:role/none" };
        (await world.UntilAsync((await world.RunAsync(definition)).TaskArn ?? "", "STOPPED")).StoppedReason.ShouldNotBeNull()
            .ShouldStartWith("ECS was unable to assume the role 'arn:aws:iam::123456789012:role/none' that was provided for this task.");
    });
}
