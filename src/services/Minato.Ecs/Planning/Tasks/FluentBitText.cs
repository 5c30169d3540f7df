using System.Text;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>A log router's configuration in the words of Fluent Bit.</summary>
internal static class FluentBitText
{
    public static string Of(TaskState task, TaskDefinitionState definition, ContainerDefinition router, string? ec2InstanceId)
    {
        var text = new StringBuilder();
        if (router.HealthCheck is not null) Section(text, "INPUT", ("Name", "tcp"), ("Listen", "127.0.0.1"), ("Port", "8877"), ("Tag", "firelens-healthcheck"));
        Section(text, "INPUT", ("Name", "forward"), ("unix_path", "/var/run/fluent.sock"));
        Section(text, "INPUT", ("Name", "forward"), ("Listen", definition.NetworkMode == NetworkMode.Bridge ? "0.0.0.0" : "127.0.0.1"), ("Port", "24224"));
        var metadata = Firelens.MetadataOf(task, router, ec2InstanceId).ToArray();
        if (metadata.Length > 0) Section(text, "FILTER", [("Name", "record_modifier"), ("Match", "*"), .. metadata.Select(m => ("Record", $"{m.Name} {m.Value}"))]);
        if (Firelens.OwnFileOf(router) is { } own) text.Append("@INCLUDE ").Append(own).Append("\n\n");
        if (router.HealthCheck is not null) Section(text, "OUTPUT", ("Name", "null"), ("Match", "firelens-healthcheck"));
        foreach (var container in definition.Containers.Where(Firelens.IsRouted)) Route(text, definition, container);
        return text.ToString();
    }

    private static void Route(StringBuilder text, TaskDefinitionState definition, ContainerDefinition container)
    {
        var match = ("Match", $"{container.Name}-firelens*");
        if (Firelens.OptionOf(container, "include-pattern") is { } include) Section(text, "FILTER", ("Name", "grep"), match, ("Regex", $"log {include}"));
        if (Firelens.OptionOf(container, "exclude-pattern") is { } exclude) Section(text, "FILTER", ("Name", "grep"), match, ("Exclude", $"log {exclude}"));
        // AWS: without a name it is left to a configuration of the image's own.
        if (Firelens.OptionOf(container, "Name") is { } name) Section(text, "OUTPUT", [("Name", name), match, .. Firelens.OutputOf(definition, container, "Name")]);
    }

    private static void Section(StringBuilder text, string kind, params (string Name, string Value)[] pairs)
    {
        text.Append('[').Append(kind).Append("]\n");
        foreach (var (name, value) in pairs) text.Append("    ").Append(name).Append(' ').Append(value).Append('\n');
        text.Append('\n');
    }
}
