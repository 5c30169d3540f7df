using System.Collections.Immutable;

namespace Minato.Elb.Planning;

/// <summary>A log that a load balancer keeps in a bucket.</summary>
/// <param name="Key">What its attributes begin with.</param>
/// <param name="FileStart">What the names of its files begin with.</param>
/// <param name="Name">In the name of the file that is written when it is switched on.</param>
internal sealed record LogKind(string Key, string FileStart, string Name)
{
    public static readonly LogKind Access = new("access_logs", "", "AccessLog");
    public static readonly LogKind Connections = new("connection_logs", "conn_log.", "ConnectionLog");
    public static readonly ImmutableArray<LogKind> All = [Access, Connections];

    public string Words => Key.Replace('_', ' ');

    public bool IsOn(ImmutableSortedDictionary<string, string> attributes) => Value(attributes, "enabled") is "true";

    public string Bucket(ImmutableSortedDictionary<string, string> attributes) => Value(attributes, "bucket");

    public string Prefix(ImmutableSortedDictionary<string, string> attributes) => Value(attributes, "prefix");

    private string Value(ImmutableSortedDictionary<string, string> attributes, string key) => Attributes.Value(Attributes.Balancer, attributes, $"{Key}.s3.{key}");
}
