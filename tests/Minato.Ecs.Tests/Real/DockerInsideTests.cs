using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Contracts.S3;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using EcsTask = Minato.Contracts.Ecs.Task;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Real;

/// <summary>What a real container finds: secrets in its environment, itself and its role's keys at 169.254.170.2.</summary>
[Trait("Floor", "engine")]
[Collection(DockerRooms.OneByOne)]
public sealed class DockerInsideTests(DockerRooms rooms) : IClassFixture<DockerRooms>
{
    private const string Reading = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","ssm:GetParameters","s3:GetObject","s3:GetBucketLocation","s3:ListBucket"],"Resource":"*"}]}""";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private const string Asks = """
        busybox wget -qO- $ECS_CONTAINER_METADATA_URI_V4; echo
        busybox wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task; echo
        busybox wget -qO- http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; echo
        busybox wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task/stats; echo
        """;
    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData("awsvpc"), InlineData("bridge"), InlineData("host")]
    public async Task A_container_reads_its_metadata_and_gets_credentials(string mode)
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        await RoleAsync("app");
        var task = await RunAsync($"inside-{mode}", mode, Container(Asks), "arn:aws:iam::123456789012:role/app");
        var lines = (await LogAsync(task, $"inside-{mode}", 4)).Select(l => JsonNode.Parse(l)?.AsObject() ?? throw new InvalidOperationException(l)).ToArray();
        ((string?)lines[0]["Name"], (string?)lines[0]["KnownStatus"]).ShouldBe(("app", "RUNNING"));
        ((string?)lines[0]["ImageID"]).ShouldNotBeNull().ShouldStartWith("sha256:");
        ((string?)lines[1]["TaskARN"]).ShouldBe(task);
        ((string?)lines[2]["RoleArn"]).ShouldBe("arn:aws:iam::123456789012:role/app");
        ((string?)lines[2]["AccessKeyId"]).ShouldNotBeNull().ShouldStartWith("ASIA");
        lines[3].Count.ShouldBe(1);
        ((double?)lines[3].First().Value?["cpu_stats"]?["cpu_usage"]?["total_usage"]).ShouldNotBeNull().ShouldBeGreaterThan(0);
        if (mode == "awsvpc") lines[3].First().Value?["network_rate_stats"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_web_server_of_the_task_still_has_port_80()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var task = await RunAsync("port80", "awsvpc", Container("busybox httpd -p 80 && busybox wget -qO- $ECS_CONTAINER_METADATA_URI_V4 | busybox grep -c DockerId && echo both"));
        (await LogAsync(task, "port80", 2))[1].ShouldBe("both");
    }

    [Fact]
    public async Task A_container_has_a_secret_of_each_kind()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var secret = await rooms.Get<ISecretsManager>().CreateSecretAsync(new() { Name = "db", SecretString = """{"user":"ann"}""" }, rooms.Caller, None);
        await rooms.Get<ISsm>().PutParameterAsync(new() { Name = "/app/url", Value = "http://x", Type = ParameterType.SecureString }, rooms.Caller, None);
        var task = await RunAsync("secrets", "awsvpc", Container("echo $DB_USER $URL") with
        {
            Secrets = [new() { Name = "DB_USER", ValueFrom = $"{secret.ARN}:user::" }, new() { Name = "URL", ValueFrom = "/app/url" }],
        });
        (await LogAsync(task, "secrets", 1)).ShouldBe(["ann http://x"]);
    }

    [Fact]
    public async Task A_container_has_the_variables_of_a_file_in_S3()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        await rooms.Get<IS3>().CreateBucketAsync(new() { Bucket = "files" }, rooms.Caller with { Region = "us-east-1" }, None);
        await rooms.Get<IS3>().PutObjectAsync(new() { Bucket = "files", Key = "app.env", Body = new MemoryStream("# of the app\nWHO=ann and bob\n"u8.ToArray()) }, rooms.Caller, None);
        var task = await RunAsync("files", "awsvpc", Container("echo $WHO") with { EnvironmentFiles = [new() { Type = EnvironmentFileType.S3, Value = "arn:aws:s3:::files/app.env" }] });
        (await LogAsync(task, "files", 1)).ShouldBe(["ann and bob"]);
    }

    [Fact]
    public async Task A_secret_that_is_not_there_starts_nothing()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var task = await RunAsync("fails", "awsvpc", Container("echo never") with { Secrets = [new() { Name = "A", ValueFrom = "/none" }] });
        EcsTask? stopped = null;
        await EventuallyAsync(async () => (stopped = (await rooms.Ecs.DescribeTasksAsync(new() { Tasks = [task] }, rooms.Caller, None)).Tasks?[0])?.LastStatus == "STOPPED");
        stopped?.StoppedReason.ShouldNotBeNull().ShouldEndWith("invalid parameters: /none");
        stopped?.Containers?[0].RuntimeId.ShouldBeNull();
    }

    [Fact]
    public async Task Volumes_are_shared_in_a_task_and_go_with_it()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var writer = Container("echo hello > /data/x") with { Name = "writer", Essential = false, MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data" }] };
        var reader = Container("busybox cat /data/x; (echo no > /data/y) 2>/dev/null || echo kept") with
        {
            MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data", ReadOnly = true }],
            DependsOn = [new() { ContainerName = "writer", Condition = ContainerCondition.Success }],
        };
        var task = await RunAsync("volumes", "awsvpc", [writer, reader], null, new Volume { Name = "data" });
        (await LogAsync(task, "volumes", 2)).ShouldBe(["hello", "kept"]);
    }

    private ContainerDefinition Container(string script) => new()
    {
        Name = "app", Image = rooms.Image, Memory = 64, Command = ["/bin/sh", "-c", script],
        LogConfiguration = new()
        {
            LogDriver = Contracts.Ecs.LogDriver.Awslogs,
            Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", "/ecs/inside").Add("awslogs-region", "us-east-1")
                .Add("awslogs-stream-prefix", "x").Add("awslogs-create-group", "true"),
        },
    };

    private Task<string> RunAsync(string family, string mode, ContainerDefinition container, string? role = null) => RunAsync(family, mode, [container], role);

    private async Task<string> RunAsync(string family, string mode, ImmutableArray<ContainerDefinition> containers, string? role, params Volume[] volumes)
    {
        await RoleAsync("execution");
        await rooms.Ecs.CreateClusterAsync(new(), rooms.Caller, None);
        var isFargate = mode == "awsvpc";
        await rooms.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = family, NetworkMode = Enum.Parse<NetworkMode>(mode, ignoreCase: true), RequiresCompatibilities = isFargate ? [Compatibility.Fargate] : null,
            Cpu = isFargate ? "256" : null, Memory = isFargate ? "512" : null, TaskRoleArn = role, ExecutionRoleArn = "arn:aws:iam::123456789012:role/execution",
            ContainerDefinitions = [.. containers.Select(c => c with { LogConfiguration = c.LogConfiguration is { } log ? log with { Options = log.Options?.SetItem("awslogs-stream-prefix", family) } : null })],
            Volumes = [.. volumes],
        }, rooms.Caller, None);
        if (!isFargate && (await rooms.Ecs.ListContainerInstancesAsync(new(), rooms.Caller, None)).ContainerInstanceArns is { Length: 0 })
            await rooms.Ecs.RegisterContainerInstanceAsync(new(), rooms.Caller, None);
        var subnets = await rooms.Get<IEc2>().DescribeSubnetsAsync(new(), rooms.Caller, None);
        var answer = await rooms.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = family,
            LaunchType = isFargate ? LaunchType.Fargate : LaunchType.Ec2,
            NetworkConfiguration = isFargate ? new() { AwsvpcConfiguration = new() { Subnets = [subnets.Subnets?[0].SubnetId ?? ""] } } : null,
        }, rooms.Caller, None);
        return answer.Tasks?[0].TaskArn ?? throw new InvalidOperationException($"No task was made: {answer.Failures?[0].Reason}");
    }

    private async Task RoleAsync(string name)
    {
        try
        {
            await rooms.Get<IIam>().CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = Trust }, rooms.Caller, None);
            await rooms.Get<IIam>().PutRolePolicyAsync(new() { RoleName = name, PolicyName = "read", PolicyDocument = Reading }, rooms.Caller, None);
        }
        catch (EntityAlreadyExistsException)
        {
            // Another test made it.
        }
    }

    private async Task<string[]> LogAsync(string arn, string prefix, int lines)
    {
        string[] found = [];
        var stream = $"{prefix}/app/{arn[(arn.LastIndexOf('/') + 1)..]}";
        await EventuallyAsync(async () =>
        {
            try
            {
                found = [.. ((await rooms.Get<ICloudWatchLogs>().GetLogEventsAsync(
                    new() { LogGroupName = "/ecs/inside", LogStreamName = stream, StartFromHead = true }, rooms.Caller, None)).Events ?? []).Select(e => e.Message ?? "")];
            }
            catch (Contracts.CloudWatchLogs.ResourceNotFoundException)
            {
                return false;
            }

            return found.Length >= lines;
        });
        return found;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(20, late.Token);
    }
}
