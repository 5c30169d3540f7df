using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.CloudTrail.Recording;

/// <summary>
/// Writes a request or an answer as the record shows it: names begin with a small letter, what the model calls sensitive is hidden, bodies of
/// streams are left out.
/// </summary>
/// <param name="json">Where it is written, inside an object.</param>
/// <param name="service">By its signing name.</param>
/// <param name="resources">Gets what the first level of members names.</param>
internal sealed class ParameterWriter(Utf8JsonWriter json, string service, HashSet<NamedResource> resources) : ShapeWriter
{
    private const int LargestBlob = 1024; // Longer ones are contents, not parameters.
    private const string Hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    private const string TimeFormat = "MMM d, yyyy, h:mm:ss tt";

    // Not called sensitive by the models, and yet whoever reads them can act as somebody else, or look into what is sealed.
    private static readonly FrozenSet<string> s_secret = new[]
    {
        "SessionToken", "sessionToken", "authorizationToken", "WebIdentityToken", "SAMLAssertion", "Plaintext", "PrivateKeyPlaintext", "Password", "SerialNumberToken",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Inside a structure that is hidden as a whole nothing is written.
    private int _hidden;
    private int _depth;

    private bool Begins(MemberSchema member)
    {
        if (_hidden > 0) return false;
        if (!member.IsElement) json.WritePropertyName(NameOf(member));
        if (!member.Sensitive && !s_secret.Contains(member.WireName)) return true;
        json.WriteStringValue(Hidden);
        return false;
    }

    private bool Opens(MemberSchema member)
    {
        _depth++;
        if (Begins(member)) return true;
        _hidden++;
        return false;
    }

    private bool Closes()
    {
        _depth--;
        if (_hidden == 0) return true;
        _hidden--;
        return false;
    }

    // AWS: the record of S3 calls them by the names of its own console.
    private string NameOf(MemberSchema member) => (service, member.WireName) switch
    {
        ("s3", "Bucket") => "bucketName",
        (_, var name) when char.IsAsciiLetterUpper(name[0]) => char.ToLowerInvariant(name[0]) + name[1..],
        (_, var name) => name,
    };

    public override void WriteString(MemberSchema member, string value)
    {
        if (!Begins(member)) return;
        json.WriteStringValue(value);
        if (_depth <= 1 && ResourceTypes.Of(service, member.WireName, value) is { } named) resources.Add(named);
    }

    public override void WriteBoolean(MemberSchema member, bool value)
    {
        if (Begins(member)) json.WriteBooleanValue(value);
    }

    public override void WriteInteger(MemberSchema member, int value)
    {
        if (Begins(member)) json.WriteNumberValue(value);
    }

    public override void WriteLong(MemberSchema member, long value)
    {
        if (Begins(member)) json.WriteNumberValue(value);
    }

    public override void WriteDouble(MemberSchema member, double value)
    {
        if (!Begins(member)) return;
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value)
    {
        if (Begins(member)) json.WriteStringValue(value.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
    }

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value)
    {
        if (value.Length <= LargestBlob && Begins(member)) json.WriteBase64StringValue(value.Span);
    }

    public override void WriteStream(MemberSchema member, Stream value)
    {
        // Was read already, and is no parameter.
    }

    public override void WriteDocument(MemberSchema member, JsonElement value)
    {
        if (Begins(member)) value.WriteTo(json);
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        if (Opens(member)) json.WriteStartObject();
    }

    public override void EndStructure(MemberSchema member)
    {
        if (Closes()) json.WriteEndObject();
    }

    public override void BeginList(MemberSchema member, int count)
    {
        if (Opens(member)) json.WriteStartArray();
    }

    public override void EndList(MemberSchema member)
    {
        if (Closes()) json.WriteEndArray();
    }

    public override void BeginMap(MemberSchema member, int count)
    {
        if (Opens(member)) json.WriteStartObject();
    }

    public override void WriteKey(MemberSchema map, string key)
    {
        if (_hidden == 0) json.WritePropertyName(key);
    }

    public override void EndMap(MemberSchema member)
    {
        if (Closes()) json.WriteEndObject();
    }
}
