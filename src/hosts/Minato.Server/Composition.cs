using Microsoft.Extensions.DependencyInjection;
using Minato.AccessAnalyzer;
using Minato.Acm;
using Minato.ApplicationAutoScaling;
using Minato.AutoScaling;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.CloudFormation;
using Minato.CloudMap;
using Minato.CloudTrail;
using Minato.CloudWatch;
using Minato.Contracts;
using Minato.Ec2;
using Minato.Ecr;
using Minato.Ecs;
using Minato.Elb;
using Minato.Engines.Dns;
using Minato.Engines.Docker;
using Minato.Engines.EcsAgent;
using Minato.Engines.Functions;
using Minato.Engines.HaProxy;
using Minato.Engines.Identities;
using Minato.Engines.Network;
using Minato.Engines.Registries;
using Minato.Engines.Scanner;
using Minato.Engines.Sessions;
using Minato.Engines.Webhooks;
using Minato.EventBridge;
using Minato.Engines.Yaml;
using Minato.Gates;
using Minato.Iam;
using Minato.Kms;
using Minato.Logs;
using Minato.Organizations;
using Minato.Platform;
using Minato.Platform.Files;
using Minato.Platform.Sqlite;
using Minato.Route53;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Sns;
using Minato.Ssm;
using Minato.Sts;

namespace Minato.Server;

/// <summary>Which parts make a server: the only place that knows rooms and adapters together.</summary>
internal static class Composition
{
    public static IServiceCollection AddMinato(this IServiceCollection services, ServerOptions options, InstallationFile file, RunningFile running) => services
        .AddSingleton(file)
        .AddSingleton(running)
        .AddSingleton(new Installation { Id = file.Id, AccountId = file.AccountId, Endpoint = running.Endpoint })
        .AddSingleton(new PageTokens(file.Secret))
        .AddState(options)
        .AddEngines(options, file)
        .AddRooms(options, file)
        .AddSingleton<FunctionsEndpoint>()
        .AddSingleton<IResettable>(p => p.GetRequiredService<FunctionsEndpoint>())
        .AddSingleton<EnginesEndpoint>()
        .AddSingleton(options)
        .AddSingleton<RegistryNames>()
        .AddSingleton<AdminEndpoint>()
        .AddSingleton<LoadBalancerEntrance>()
        .AddSingleton<AgentEndpoint>()
        .AddSingleton<SessionEndpoint>()
        .AddSingleton<FrontDoor>();

    private static IServiceCollection AddState(this IServiceCollection services, ServerOptions options) => services
        .AddSqlite(options.DataDirectory)
        .AddFileBlobs(options.DataDirectory)
        .AddFileKey(options.DataDirectory)
        .AddFileAuthority(options.DataDirectory)
        .AddFileClock(options.DataDirectory)
        .AddPlatform();

    private static IServiceCollection AddEngines(this IServiceCollection services, ServerOptions options, InstallationFile file) => services
        .AddDockerEngine(new() { InstallationId = file.Id, EnginesDirectory = Path.Combine(options.DataDirectory, DataDirectory.Engines) })
        .AddYaml()
        .AddEcsAgents(new())
        .AddSessions(new())
        .AddImageScanner(options.DataDirectory)
        .AddInsideEndpoint(new() { InstallationId = file.Id })
        .AddNetworkFirewall(new() { InstallationId = file.Id })
        .AddDnsServer(new() { Port = file.DnsPort })
        .AddRegistryClient()
        .AddSingleton(new Ec2Options { MayRunUnenforced = options.MayRunUnenforced })
        .AddSingleton(new EcsOptions { FileSystemDirectory = Path.Combine(options.DataDirectory, "file-systems"), Quotas = options.Quotas })
        .AddSingleton(new ElbOptions())
        .AddHaProxy(new()
        {
            InstallationId = file.Id, Directory = Path.Combine(options.DataDirectory, "haproxy"), SharedPort = file.SharedProxyPort,
        })
        .AddHttpWebhooks()
        .AddHttpFunctions(new(Path.Combine(options.DataDirectory, "functions.json")));

    private static IServiceCollection AddRooms(this IServiceCollection services, ServerOptions options, InstallationFile file) => services
        .AddSingleton(p => new AwsEndpointOptions
        {
            NewRequestId = p.GetRequiredService<Ids>().Uuid,
            Explain = e => e is StoreUnavailableException ? e.Message : null,
            Throttle = options.Throttle is { } factor ? new(EcsRoom.Rates, factor, TimeProvider.System) : null,
        })
        .AddAwsEndpoint(AwsServices.All)
        .AddIam(file.AccountId, file.RootKey.AccessKeyId, file.RootKey.SecretAccessKey)
        .AddSts().AddSingleton<IWebKeys, HttpWebKeys>()
        .AddOrganizations()
        .AddAccessAnalyzer()
        .AddEc2()
        .AddLogs()
        .AddEcr()
        .AddAcm()
        .AddElb()
        .AddAutoScaling()
        .AddEcs()
        .AddKms()
        .AddSecretsManager()
        .AddSsm()
        .AddImageGate()
        .AddCloudFormation()
        .AddCloudWatch()
        .AddEventBridge()
        .AddSns()
        .AddCloudTrail()
        .AddApplicationAutoScaling()
        .AddS3()
        .AddRoute53(new() { Sources = options.DnsLocations })
        .AddCloudMap();
}
