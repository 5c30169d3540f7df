using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Ecs.Tests.Services;
using Minato.Iam;
using Minato.SecretsManager;
using Minato.Ssm;
using Minato.Sts;
using Minato.Testing;
using AesSealer = Minato.Platform.AesSealer;
using Ids = Minato.Platform.Ids;
using ISealer = Minato.Platform.ISealer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Secrets, parameters and the role that reads them come and go between the tasks of a service: what runs goes on, what starts says why
/// it cannot, and when everything is back so is the service.
/// </summary>
public sealed class SecretStories
{
    private const string Role = "execution";
    private const string Read = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","ssm:GetParameters","s3:GetObject"],"Resource":"*"}]}""";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private static readonly string[] s_reasons = ["ResourceInitializationError: ", "ECS was unable to assume the role "];

    [Theory, Seeds(1, 60)]
    public void A_service_lives_through_secrets_that_come_and_go(ulong seed) => ServiceWorld.Run(seed, async services =>
    {
        ServiceInvariants.Watch(services);
        var story = new Story(services);
        var vault = new Vault(services.World);
        await vault.OpenAsync();
        await services.CreateAsync(await RequestAsync(services, vault, story.Between(1, 4)));
        await services.SettledAsync(Story.Patience);

        for (var rounds = story.Between(1, 4); rounds > 0; rounds--)
        {
            var before = services.Running().Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
            var repair = await vault.BreakAsync(story);
            await story.WaitAsync(20);
            before.Except(services.Running().Select(c => c.Id)).ShouldBeEmpty("what runs has its secrets already");
            await story.KillContainersAsync(story.Between(1, 2), within: 10);
            await story.WaitAsync(120);
            await repair();
        }

        await services.SettledAsync(Story.Patience);
        await Outcomes.AreOnRecordOnceAsync(services);
        foreach (var container in services.Running())
        {
            vault.Values.ShouldContain(container.Spec.Environment["SECRET"]);
            vault.Values.ShouldContain(container.Spec.Environment["PARAMETER"]);
        }

        foreach (var task in await FailedAsync(services)) s_reasons.ShouldContain(r => (task.StoppedReason ?? "").StartsWith(r, StringComparison.Ordinal), task.StoppedReason);
        await story.DeleteAsync();
    }, configure: (_, s) => s.AddIam("123456789012", "AKIAROOT", "secret").AddSts().AddSecretsManager().AddSsm()
        .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>()))); // The key outlives the process, as the one on disk does.

    private static async Task<CreateServiceRequest> RequestAsync(ServiceWorld services, Vault vault, int desired) => await services.RequestAsync(desired) with
    {
        DeploymentConfiguration = new() { DeploymentCircuitBreaker = new() { Enable = false, Rollback = false } },
        TaskDefinition = (await services.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "web", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ExecutionRoleArn = $"arn:aws:iam::{World.AccountId}:role/{Role}",
            ContainerDefinitions =
            [
                new()
                {
                    Name = "web", Image = ServiceWorld.Good, PortMappings = [new() { ContainerPort = 80 }],
                    Secrets = [new() { Name = "SECRET", ValueFrom = vault.SecretArn }, new() { Name = "PARAMETER", ValueFrom = Vault.Name }],
                },
            ],
        }, services.World.Caller, default)).TaskDefinition?.TaskDefinitionArn ?? "",
    };

    private static async Task<IEnumerable<Contracts.Ecs.Task>> FailedAsync(ServiceWorld services)
    {
        var stopped = (await services.Ecs.ListTasksAsync(new() { ServiceName = "web", DesiredStatus = DesiredStatus.Stopped }, services.World.Caller, default)).TaskArns ?? [];
        return stopped.IsEmpty ? [] : ((await services.Ecs.DescribeTasksAsync(new() { Tasks = stopped }, services.World.Caller, default)).Tasks ?? [])
            .Where(t => t.StopCode == TaskStopCode.TaskFailedToStart);
    }

    /// <summary>A secret, a parameter, and the role that reads both.</summary>
    private sealed class Vault(World world)
    {
        public const string Name = "db";
        private int _next;

        public string SecretArn { get; private set; } = "";

        /// <summary>Everything that was ever secret.</summary>
        public List<string> Values { get; } = [];

        private ISecretsManager Secrets => world.Client<ISecretsManager>();

        private Caller Caller => world.Caller;

        public async Task OpenAsync()
        {
            await TrustAsync();
            SecretArn = (await Secrets.CreateSecretAsync(new() { Name = Name, SecretString = Next() }, Caller, default)).ARN ?? "";
            await ParameterAsync();
        }

        /// <returns>What mends it.</returns>
        public async Task<Func<Task>> BreakAsync(Story story)
        {
            switch (story.Between(1, 5))
            {
                case 1:
                    await Secrets.DeleteSecretAsync(new() { SecretId = Name, RecoveryWindowInDays = 7 }, Caller, default);
                    return () => Secrets.RestoreSecretAsync(new() { SecretId = Name }, Caller, default);
                case 2:
                    await world.Client<ISsm>().DeleteParameterAsync(new() { Name = Name }, Caller, default);
                    return ParameterAsync;
                case 3:
                    await world.Client<IIam>().DeleteRolePolicyAsync(new() { RoleName = Role, PolicyName = "read" }, Caller, default);
                    await world.Client<IIam>().DeleteRoleAsync(new() { RoleName = Role }, Caller, default);
                    return TrustAsync;
                case 4:
                    await Secrets.PutSecretValueAsync(new() { SecretId = Name, SecretString = Next() }, Caller, default);
                    return () => Task.CompletedTask;
                default:
                    await world.RestartAsync(story.Within(30));
                    return () => Task.CompletedTask;
            }
        }

        private async Task TrustAsync()
        {
            await world.Client<IIam>().CreateRoleAsync(new() { RoleName = Role, AssumeRolePolicyDocument = Trust }, Caller, default);
            await world.Client<IIam>().PutRolePolicyAsync(new() { RoleName = Role, PolicyName = "read", PolicyDocument = Read }, Caller, default);
        }

        private Task ParameterAsync() =>
            world.Client<ISsm>().PutParameterAsync(new() { Name = Name, Value = Next(), Type = ParameterType.SecureString, Overwrite = true }, Caller, default);

        private string Next()
        {
            Values.Add($"value-{++_next}");
            return Values[^1];
        }
    }
}
