using System.Globalization;
using System.Text;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>A body that a shape's members go into, or the part of them that has no other place.</summary>
internal interface IRestBody
{
    ShapeWriter Writer { get; }

    /// <param name="payload">The member that is the whole body; null for the members of the top level.</param>
    void Open(MemberSchema? payload, StructureSchema schema);
    void Close();
}

/// <summary>Writes shapes whose members are spread over path, query, headers, status and body.</summary>
internal sealed class HttpBindingWriter(WireOutput to, IRestBody body, StructureSchema top) : ShapeWriter
{
    private readonly StringBuilder _query = new();
    private int _nested;
    private bool _open;
    private MemberSchema? _spread;
    private string? _key;
    private List<string>? _items;

    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);
    public string Query => _query.ToString();

    /// <summary>Ends the body; with <paramref name="evenEmpty"/> there is one even when no member went into it.</summary>
    public void Finish(bool evenEmpty)
    {
        if (evenEmpty && !_open && top.PayloadIndex < 0) Into();
        if (_open) body.Close();
    }

    public override void WriteString(MemberSchema member, string value)
    {
        if (InBody(member)) Into().WriteString(member, value);
        else if (member.Location is MemberLocation.Payload)
        {
            if (!top.BindsContentType) to.Headers.ContentType = "text/plain";
            to.Body.Append(value);
        }
        else Text(member, value);
    }

    public override void WriteBoolean(MemberSchema member, bool value)
    {
        if (InBody(member)) Into().WriteBoolean(member, value);
        else Text(member, value ? "true" : "false");
    }

    public override void WriteInteger(MemberSchema member, int value)
    {
        if (InBody(member)) Into().WriteInteger(member, value);
        else if (member.Location is MemberLocation.StatusCode) to.Status = value;
        else Text(member, value.ToString(CultureInfo.InvariantCulture));
    }

    public override void WriteLong(MemberSchema member, long value)
    {
        if (InBody(member)) Into().WriteLong(member, value);
        else Text(member, value.ToString(CultureInfo.InvariantCulture));
    }

    public override void WriteDouble(MemberSchema member, double value)
    {
        if (InBody(member)) Into().WriteDouble(member, value);
        else Text(member, TextValues.Number(value));
    }

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value)
    {
        if (InBody(member))
        {
            Into().WriteTimestamp(member, value);
            return;
        }
        var place = (_spread ?? member).Location;
        Text(member, Timestamps.ToText(value, member.TimestampFormat, place is MemberLocation.Header ? TimestampFormat.Rfc822 : TimestampFormat.Iso8601));
    }

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value)
    {
        if (InBody(member)) Into().WriteBlob(member, value);
        else if (member.Location is MemberLocation.Payload)
        {
            if (!top.BindsContentType) to.Headers.ContentType = "application/octet-stream";
            to.Body.Append(value.Span);
        }
        else Text(member, Convert.ToBase64String(value.Span));
    }

    public override void WriteStream(MemberSchema member, Stream value)
    {
        if (!top.BindsContentType) to.Headers.ContentType = "application/octet-stream";
        to.Stream = value;
    }

    public override void WriteDocument(MemberSchema member, JsonElement value)
    {
        if (member.Location is MemberLocation.Payload) to.Body.Append(value.GetRawText());
        else Into().WriteDocument(member, value);
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        if (member.Location is MemberLocation.Payload && _nested == 0)
        {
            body.Open(member, schema);
            _open = true;
        }
        else Into().BeginStructure(member, schema);
        _nested++;
    }

    public override void EndStructure(MemberSchema member)
    {
        _nested--;
        if (member.Location is not MemberLocation.Payload || _nested > 0) body.Writer.EndStructure(member);
    }

    public override void BeginList(MemberSchema member, int count)
    {
        if (InBody(member))
        {
            Into().BeginList(member, count);
            _nested++;
            return;
        }
        if (!member.IsElement) _spread = member;
        _items = [];
    }

    public override void EndList(MemberSchema member)
    {
        if (_items is null)
        {
            _nested--;
            body.Writer.EndList(member);
            return;
        }
        var (items, spread) = (_items, _spread ?? member);
        _items = null;
        if (!member.IsElement) _spread = null;
        if (spread.Location is MemberLocation.Header) to.Headers[spread.WireName] = HeaderText(string.Join(", ", items.Select(i => QuoteItem(i, spread.Element?.Kind))));
        else foreach (var item in items) AddQuery(_key ?? spread.WireName, item);
    }

    public override void BeginMap(MemberSchema member, int count)
    {
        if (InBody(member))
        {
            Into().BeginMap(member, count);
            _nested++;
        }
        else _spread = member;
    }

    public override void WriteKey(MemberSchema map, string key)
    {
        if (_spread is null) body.Writer.WriteKey(map, key);
        else _key = key;
    }

    public override void EndMap(MemberSchema member)
    {
        if (_spread is not null)
        {
            (_spread, _key) = (null, null);
            return;
        }
        _nested--;
        body.Writer.EndMap(member);
    }

    private bool InBody(MemberSchema member) => _nested > 0 || (_spread is null && member.Location is MemberLocation.Body);

    private ShapeWriter Into()
    {
        if (_nested == 0 && !_open)
        {
            body.Open(null, top);
            _open = true;
        }
        return body.Writer;
    }

    private void Text(MemberSchema member, string value)
    {
        if (_items is not null)
        {
            _items.Add(value);
            return;
        }
        var place = _spread ?? member;
        switch (place.Location)
        {
            case MemberLocation.Header: to.Headers[place.WireName] = HeaderText(value); break;
            case MemberLocation.Headers: to.Headers[place.WireName + _key] = HeaderText(value); break;
            case MemberLocation.Uri: Labels[place.WireName] = value; break;
            case MemberLocation.QueryString: AddQuery(_key ?? place.WireName, value); break;
            default: throw new InvalidOperationException($"{place.Name} has no place.");
        }
    }

    // AWS: what a header cannot carry is written as RFC 2047 has it. Its bytes were taken for Latin-1 when they came.
    private static string HeaderText(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? value
        : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value))))}?=";

    private void AddQuery(string name, string value)
    {
        if (_query.Length > 0) _query.Append('&');
        _query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }

    private static string QuoteItem(string item, ShapeKind? kind) => kind is ShapeKind.String or ShapeKind.Enum && item.AsSpan().ContainsAny(',', '"')
        ? $"\"{item.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : item;
}
