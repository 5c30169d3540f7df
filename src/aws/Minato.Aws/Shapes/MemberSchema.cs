using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Minato.Aws.Shapes;

/// <summary>What the model says of a value's place on the wire: names, HTTP binding, formats, limits.</summary>
public sealed class MemberSchema
{
    /// <summary>Name in the model, as validation messages spell it.</summary>
    public required string Name { get; init; }

    /// <summary>Name in JSON, CBOR, XML and query bodies when it differs from <see cref="Name"/>.</summary>
    public string? LocationName { get; init; }

    /// <summary>EC2's own name in requests.</summary>
    public string? QueryName { get; init; }
    public MemberLocation Location { get; init; }
    public ShapeKind Kind { get; init; }
    public bool Flattened { get; init; }

    /// <summary>A body of any length: a <see cref="Stream"/>, read as it comes.</summary>
    public bool Streaming { get; init; }
    public bool Required { get; init; }
    public bool Sensitive { get; init; }
    public bool IdempotencyToken { get; init; }
    public bool XmlAttribute { get; init; }
    public string? XmlNamespace { get; init; }
    public string? XmlNamespacePrefix { get; init; }
    public TimestampFormat TimestampFormat { get; init; }
    public Constraint? Constraint { get; init; }

    /// <summary>Of a list: its elements. Of a map: its values.</summary>
    public MemberSchema? Element
    {
        get;
        init
        {
            field = value;
            if (value is not null) value.IsElement = true;
        }
    }

    /// <summary>Of a map: its keys.</summary>
    public MemberSchema? Key { get; init; }

    /// <summary>The place inside a list or a map, where a value has no name of its own in JSON.</summary>
    public bool IsElement { get; private set; }

    public string WireName => LocationName ?? Name;

    /// <summary>In query bodies and XML a flattened list goes by its elements' name where they have one.</summary>
    internal string FlatName => Flattened && Kind is ShapeKind.List && Element?.LocationName is { } name ? name : WireName;

    /// <summary>EC2 capitalises in requests what it does not capitalise in answers.</summary>
    internal string Ec2Name => _ec2Name ??= QueryName ?? (LocationName is { } name ? char.ToUpperInvariant(name[0]) + name[1..] : Name);

    internal JsonEncodedText JsonName => (_jsonName ??= new(JsonEncodedText.Encode(WireName))).Value;
    internal ReadOnlySpan<byte> Utf8Name => _utf8Name ??= Encoding.UTF8.GetBytes(WireName);

    // In a box: a struct is not written in one step, and another thread would see half of it.
    private StrongBox<JsonEncodedText>? _jsonName;
    private byte[]? _utf8Name;
    private string? _ec2Name;
}

public enum MemberLocation { Body, Header, Headers, QueryString, Uri, StatusCode, Payload }

public enum ShapeKind { Structure, List, Map, String, Enum, Boolean, Integer, Long, Float, Double, Timestamp, Blob, Document }

public enum TimestampFormat { Default, UnixSeconds, Iso8601, Rfc822 }
