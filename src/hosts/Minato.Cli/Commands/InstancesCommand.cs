using System.CommandLine;
using System.Globalization;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>Container instances carved out of a machine: sizes, zones and addresses of their own on one container engine.</summary>
internal static class InstancesCommand
{
    private const string DefaultType = "m5.large";
    private static readonly Option<string> Cluster = new("--cluster") { Description = "Cluster they join; made when it is not there.", DefaultValueFactory = _ => "default" };
    private static readonly Option<string?> Type = new("--type") { Description = "EC2 instance type whose size they have (default: m5.large; with --engine, the largest that fits)." };
    private static readonly Option<int> Count = new("--count") { Description = "How many.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Zone = new("--zone") { Description = "Availability Zone (default: one zone after another)." };
    private static readonly Option<string[]> Attribute = new("--attribute") { Description = "Custom attribute NAME=VALUE; may be repeated.", HelpName = "NAME=VALUE" };
    private static readonly Option<string?> Engine = new("--engine") { Description = "A Docker Engine on another machine, as tcp://HOST:PORT: one instance that is that machine.", HelpName = "tcp://HOST:PORT" };
    private static readonly Option<string?> Tls = new("--tls") { Description = "Folder with ca.pem, cert.pem and key.pem, by which that engine and this client know each other.", HelpName = "DIR" };
    private static readonly Argument<string[]> Ids = new("instance") { Description = "EC2 or container instance ids.", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var add = new Command("add", "Carves container instances out of this machine, or takes another machine's Docker Engine, and registers them.")
        {
            Cluster, Type, Count, Zone, Attribute, Engine, Tls,
        };
        add.SetAction(AddAsync);
        var list = new Command("list", "Shows container instances with what is left of them.") { Cluster };
        list.SetAction(ListAsync);
        var remove = new Command("remove", "Deregisters container instances and stops their tasks.") { Cluster, Ids };
        remove.SetAction(RemoveAsync);
        return new Command("instances", "Container instances, carved out of this machine or on the Docker Engines of others: add, list, remove.") { add, list, remove };
    }

    private static async Task<int> AddAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = Open(parsed);
        var carver = new InstanceCarver(minato, parsed.GetRequiredValue(Cluster));
        var attributes = (parsed.GetValue(Attribute) ?? []).Select(InstanceCarver.ReadAttribute).ToArray();
        var made = parsed.GetValue(Engine) is { } engine
            ? await new MachineJoiner(minato, carver).AddAsync(engine, parsed.GetValue(Tls), parsed.GetValue(Type), parsed.GetValue(Zone), attributes, ct)
            : await carver.AddAsync(parsed.GetValue(Type) ?? DefaultType, parsed.GetValue(Count), parsed.GetValue(Zone), attributes, [], ct);
        return Show(parsed, made);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = Open(parsed);
        return Show(parsed, await new InstanceCarver(minato, parsed.GetRequiredValue(Cluster)).ListAsync(ct));
    }

    private static async Task<int> RemoveAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = Open(parsed);
        var carver = new InstanceCarver(minato, parsed.GetRequiredValue(Cluster));
        foreach (var id in parsed.GetRequiredValue(Ids))
        {
            await carver.RemoveAsync(id, ct);
            Screen.Done($"{id} is removed; its tasks are told to stop.");
        }

        return 0;
    }

    private static MinatoClient Open(ParseResult parsed) =>
        new(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));

    private static int Show(ParseResult parsed, IReadOnlyList<CarvedInstance> instances)
    {
        if (parsed.GetValue(Options.Json))
        {
            Screen.Json(new System.Text.Json.Nodes.JsonArray([.. instances.Select(i => i.ToJson())]));
            return 0;
        }

        Screen.Table(["instance", "container instance", "type", "zone", "address", "status", "tasks", "cpu left", "memory left"],
            [.. instances.Select(i => new[]
            {
                i.Ec2InstanceId, i.Id, i.Type, i.Zone, i.Address, i.Status, Text(i.Tasks), $"{Text(i.CpuLeft)}/{Text(i.Cpu)}", $"{Text(i.MemoryLeft)}/{Text(i.Memory)} MiB",
            })]);
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
