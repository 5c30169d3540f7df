using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.Api;
using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;
using Minato.Engines.Yaml;
using Minato.Iam;
using Minato.Platform;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Ssm;
using Minato.Sts;
using Minato.Testing;

namespace Minato.CloudFormation.Tests;

/// <summary>A world with CloudFormation, the rooms its templates look into, and a cloud of test resources.</summary>
internal sealed class CfnWorld(World world)
{
    public World World => world;
    public ICloudFormation Cfn => world.Client<ICloudFormation>();
    public Caller Caller { get; set; } = world.Caller;
    public TestCloud Cloud => world.Outside(_ => new TestCloud());

    public static void Run(Func<CfnWorld, Task> test, ulong seed = 1) => World.Run(seed, world => test(new(world)), Configure);

    /// <summary>With principals and their policies.</summary>
    public static void RunGuarded(Func<CfnWorld, Task> test) => World.Run(1, world => test(new(world)), (world, services) =>
    {
        Configure(world, services);
        services.AddIam(world.Caller.AccountId, "AKIAROOT", "secret").AddSts();
    });

    /// <summary>With more than the rooms that every template may look into.</summary>
    public static void RunWith(Action<IServiceCollection> more, Func<CfnWorld, Task> test) => World.Run(1, world => test(new(world)), (world, services) =>
    {
        Configure(world, services);
        more(services);
    });

    public static void Configure(World world, IServiceCollection services) => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddYaml().AddS3().AddSsm().AddSecretsManager().AddCloudFormation()
        .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>())) // The key outlives the process, as the one on disk does.
        .AddSingleton(world.Outside(_ => new TestCloud()))
        .AddSingleton<IResourceType>(p => new ThingType(p.GetRequiredService<TestCloud>(), p.GetRequiredService<TimeProvider>()))
        .AddSingleton<IResourceType>(p => new ThingType(p.GetRequiredService<TestCloud>(), p.GetRequiredService<TimeProvider>(), "AWS::IAM::Role"));

    public async Task<string> CreateAsync(string template, string name = "demo", Func<CreateStackRequest, CreateStackRequest>? with = null)
    {
        var request = new CreateStackRequest { StackName = name, TemplateBody = template };
        return (await Cfn.CreateStackAsync(with?.Invoke(request) ?? request, Caller, default)).StackId ?? "";
    }

    public async Task<string> UpdateAsync(string template, string name = "demo", Func<UpdateStackRequest, UpdateStackRequest>? with = null)
    {
        var request = new UpdateStackRequest { StackName = name, TemplateBody = template };
        return (await Cfn.UpdateStackAsync(with?.Invoke(request) ?? request, Caller, default)).StackId ?? "";
    }

    public async Task DeleteAsync(string name = "demo") => await Cfn.DeleteStackAsync(new() { StackName = name }, Caller, default);

    public async Task<Stack> StackAsync(string name = "demo") => (await Cfn.DescribeStacksAsync(new() { StackName = name }, Caller, default)).Stacks?[0] ?? throw new InvalidOperationException("No stack.");

    /// <summary>Waits for a status to come; any other end fails at once.</summary>
    public async Task<Stack> ReachAsync(StackStatus status, string name = "demo")
    {
        var stack = await EndAsync(name);
        if (stack.StackStatus != status) throw new InvalidOperationException($"{name} is {stack.StackStatus.ToWire()} ({stack.StackStatusReason}):\n{string.Join('\n', await TellAsync(name))}");
        return stack;
    }

    public async Task<Stack> EndAsync(string name = "demo")
    {
        await World.Eventually(HasEnded, TimeSpan.FromHours(13), $"{name} has ended");
        return await StackAsync(name);

        // Looked at after every step and not at every moment: hours of nothing cost nothing.
        bool HasEnded() => StackErrors.Find(World.Store.Current, Home.Of(Caller), name) is not { } stack || !stack.Status.ToWire().EndsWith("IN_PROGRESS", StringComparison.Ordinal);
    }

    public async Task<Stack> MadeAsync(string template, string name = "demo", Func<CreateStackRequest, CreateStackRequest>? with = null)
    {
        var id = await CreateAsync(template, name, with);
        return await ReachAsync(StackStatus.CreateComplete, id);
    }

    /// <summary>Events from the oldest on.</summary>
    public async Task<List<StackEvent>> EventsAsync(string name = "demo")
    {
        var events = new List<StackEvent>();
        string? token = null;
        do
        {
            var page = await Cfn.DescribeStackEventsAsync(new() { StackName = name, NextToken = token }, Caller, default);
            events.AddRange(page.StackEvents ?? []);
            token = page.NextToken;
        }
        while (token is not null);
        events.Reverse();
        return events;
    }

    /// <summary>Events as <c>Id STATUS reason</c>.</summary>
    public async Task<List<string>> TellAsync(string name = "demo") =>
        [.. (await EventsAsync(name)).Select(e => $"{e.LogicalResourceId} {e.ResourceStatus?.ToWire()} {e.ResourceStatusReason}".TrimEnd())];

    public async Task<string> RefusedAsync(Func<Task> work, string code = "ValidationError")
    {
        var refused = await World.Throws<AwsException>(work);
        refused.Code.ShouldBe(code);
        return refused.Message;
    }

    public static Parameter P(string key, string? value, bool previous = false) => new() { ParameterKey = key, ParameterValue = value, UsePreviousValue = previous ? true : null };

    public JsonObject PropertiesOf(string logicalId) => Cloud.Things.Values.Single(t => t.LogicalId == logicalId).Properties;
}
