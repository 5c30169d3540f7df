using System.Text;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>A log router's configuration in the words of Fluentd.</summary>
internal static class FluentdText
{
    public static string Of(TaskState task, TaskDefinitionState definition, ContainerDefinition router, string? ec2InstanceId)
    {
        var text = new StringBuilder();
        if (router.HealthCheck is not null)
            Block(text, "source", "", ("@type", "tcp"), ("port", "8877"), ("bind", "127.0.0.1"), ("tag", "firelens-healthcheck"));
        Block(text, "source", "", ("@type", "unix"), ("path", "/var/run/fluent.sock"));
        Block(text, "source", "", ("@type", "forward"), ("bind", definition.NetworkMode == NetworkMode.Bridge ? "0.0.0.0" : "127.0.0.1"), ("port", "24224"));
        var metadata = Firelens.MetadataOf(task, router, ec2InstanceId).ToArray();
        if (metadata.Length > 0)
        {
            text.Append("<filter **>\n    @type record_transformer\n    <record>\n");
            foreach (var (name, value) in metadata) text.Append("        ").Append(name).Append(' ').Append(value).Append('\n');
            text.Append("    </record>\n</filter>\n\n");
        }

        if (Firelens.OwnFileOf(router) is { } own) text.Append("@include ").Append(own).Append("\n\n");
        if (router.HealthCheck is not null) Block(text, "match", " firelens-healthcheck", ("@type", "null"));
        foreach (var container in definition.Containers.Where(Firelens.IsRouted)) Route(text, definition, container);
        return text.ToString();
    }

    private static void Route(StringBuilder text, TaskDefinitionState definition, ContainerDefinition container)
    {
        var tag = $" {container.Name}-firelens**";
        if (Firelens.OptionOf(container, "include-pattern") is { } include) Grep(text, tag, "regexp", include);
        if (Firelens.OptionOf(container, "exclude-pattern") is { } exclude) Grep(text, tag, "exclude", exclude);
        if (Firelens.OptionOf(container, "@type") is { } type) Block(text, "match", tag, [("@type", type), .. Firelens.OutputOf(definition, container, "@type")]);
    }

    private static void Grep(StringBuilder text, string tag, string how, string pattern) =>
        text.Append("<filter").Append(tag).Append(">\n    @type grep\n    <").Append(how).Append(">\n        key log\n        pattern ").Append(pattern)
            .Append("\n    </").Append(how).Append(">\n</filter>\n\n");

    private static void Block(StringBuilder text, string kind, string tag, params (string Name, string Value)[] pairs)
    {
        text.Append('<').Append(kind).Append(tag).Append(">\n");
        foreach (var (name, value) in pairs) text.Append("    ").Append(name).Append(' ').Append(value).Append('\n');
        text.Append("</").Append(kind).Append(">\n\n");
    }
}
