using System.Globalization;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>What a comparison looks at.</summary>
internal abstract record QuerySubject
{
    private const string AttributePrefix = "attribute:";

    private QuerySubject() { }

    /// <summary>What the instance has of it: nothing, one value, or several.</summary>
    public abstract IReadOnlyList<string> Of(InstanceView instance);

    /// <summary>How its values are ordered and compared.</summary>
    public virtual QueryScale Scale => QueryScale.Text;

    /// <returns>Null when there is no such subject.</returns>
    public static QuerySubject? Named(string name) => name switch
    {
        "agentConnected" => new AgentConnected(),
        "agentVersion" => new AgentVersion(),
        "ec2InstanceId" => new Ec2InstanceId(),
        "registeredAt" => new RegisteredAt(),
        "runningTasksCount" => new RunningTasksCount(),
        "task:group" => new TaskGroup(),
        _ when name.StartsWith(AttributePrefix, StringComparison.Ordinal) && name.Length > AttributePrefix.Length =>
            new Attribute(name[AttributePrefix.Length..]),
        _ => null,
    };

    private sealed record AgentConnected : QuerySubject
    {
        public override IReadOnlyList<string> Of(InstanceView instance) => [instance.Instance.AgentConnected ? "true" : "false"];
    }

    private sealed record AgentVersion : QuerySubject
    {
        public override QueryScale Scale => QueryScale.Version;

        public override IReadOnlyList<string> Of(InstanceView instance) =>
            instance.Instance.VersionInfo?.AgentVersion is { Length: > 0 } version ? [version] : [];
    }

    private sealed record Ec2InstanceId : QuerySubject
    {
        public override IReadOnlyList<string> Of(InstanceView instance) =>
            instance.Instance.Ec2InstanceId is { Length: > 0 } id ? [id] : [];
    }

    private sealed record RegisteredAt : QuerySubject
    {
        public override QueryScale Scale => QueryScale.Date;

        public override IReadOnlyList<string> Of(InstanceView instance) =>
            [instance.Instance.RegisteredAt.ToString("O", CultureInfo.InvariantCulture)];
    }

    private sealed record RunningTasksCount : QuerySubject
    {
        public override QueryScale Scale => QueryScale.Number;

        public override IReadOnlyList<string> Of(InstanceView instance) => [instance.TaskCount.ToString(CultureInfo.InvariantCulture)];
    }

    private sealed record TaskGroup : QuerySubject
    {
        public override IReadOnlyList<string> Of(InstanceView instance) => [.. instance.Groups.Keys];
    }

    private sealed record Attribute(string Name) : QuerySubject
    {
        // An attribute may stand there without a value: it exists, and equals the empty text.
        public override IReadOnlyList<string> Of(InstanceView instance)
        {
            foreach (var attribute in instance.Instance.Attributes)
                if (attribute.Name == Name) return [attribute.Value ?? ""];
            return [];
        }
    }
}
