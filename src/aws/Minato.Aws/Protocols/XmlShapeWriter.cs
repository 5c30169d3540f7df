using System.Globalization;
using System.Text;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Writes shapes as XML.</summary>
internal sealed class XmlShapeWriter(PooledBuffer into) : ShapeWriter
{
    private readonly List<Frame> _frames = [];

    private struct Frame
    {
        /// <summary>What the elements or entries are called.</summary>
        public string Element;

        /// <summary>Closes the container; empty for a flattened one.</summary>
        public string Close;

        /// <summary>Where attributes go: the end of the start tag.</summary>
        public int TagEnd;
        public bool EntryOpen;
    }

    public void Open(string name, string? xmlNamespace = null)
    {
        into.Append((byte)'<');
        into.Append(name);
        if (xmlNamespace is not null)
        {
            into.Append(" xmlns=\""u8);
            AppendEscaped(xmlNamespace);
            into.Append((byte)'"');
        }
        into.Append((byte)'>');
    }

    public void Close(string name)
    {
        into.Append("</"u8);
        into.Append(name);
        into.Append((byte)'>');
    }

    public void Element(string name, string value)
    {
        Open(name);
        AppendEscaped(value);
        Close(name);
    }

    public override void WriteString(MemberSchema member, string value)
    {
        if (member.XmlAttribute)
        {
            WriteAttribute(member, value);
            return;
        }
        Text(member, value, escape: true);
    }

    public override void WriteBoolean(MemberSchema member, bool value) => Text(member, value ? "true" : "false");
    public override void WriteInteger(MemberSchema member, int value) => Text(member, value.ToString(CultureInfo.InvariantCulture));
    public override void WriteLong(MemberSchema member, long value) => Text(member, value.ToString(CultureInfo.InvariantCulture));
    public override void WriteDouble(MemberSchema member, double value) => Text(member, TextValues.Number(value));

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) =>
        Text(member, Timestamps.ToText(value, member.TimestampFormat, TimestampFormat.Iso8601));

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) => Text(member, Convert.ToBase64String(value.Span));
    public override void WriteDocument(MemberSchema member, JsonElement value) => throw new NotSupportedException("XML protocols have no documents.");

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        var name = NameOf(member);
        Start(name, member);
        _frames.Add(new() { Close = name, Element = "", TagEnd = into.Length - 1 });
    }

    public override void EndStructure(MemberSchema member) => Leave();

    public override void BeginList(MemberSchema member, int count)
    {
        var name = NameOf(member);
        if (!member.Flattened) Start(name, member);
        _frames.Add(new() { Close = member.Flattened ? "" : name, Element = member.Flattened ? member.FlatName : member.Element?.WireName ?? "member" });
    }

    public override void EndList(MemberSchema member) => Leave();

    public override void BeginMap(MemberSchema member, int count)
    {
        var name = NameOf(member);
        if (!member.Flattened) Start(name, member);
        _frames.Add(new() { Close = member.Flattened ? "" : name, Element = member.Flattened ? name : "entry" });
    }

    public override void WriteKey(MemberSchema map, string key)
    {
        var frame = _frames[^1];
        if (frame.EntryOpen) Close(frame.Element);
        Open(frame.Element);
        Element(map.Key?.WireName ?? "key", key);
        frame.EntryOpen = true;
        _frames[^1] = frame;
    }

    public override void EndMap(MemberSchema member)
    {
        if (_frames[^1] is { EntryOpen: true, Element: var entry }) Close(entry);
        Leave();
    }

    private void Leave()
    {
        var close = _frames[^1].Close;
        _frames.RemoveAt(_frames.Count - 1);
        if (close.Length > 0) Close(close);
    }

    // An entry's value stands in the entry under its own name; a list's element has the name that the list gives it.
    private string NameOf(MemberSchema member) => !member.IsElement ? member.WireName
        : _frames[^1] is { EntryOpen: false, Element: { Length: > 0 } element } ? element : member.WireName;

    private void Start(string name, MemberSchema member)
    {
        into.Append((byte)'<');
        into.Append(name);
        if (member.XmlNamespace is { } ns)
        {
            into.Append(member.XmlNamespacePrefix is { } prefix ? $" xmlns:{prefix}=\"" : " xmlns=\"");
            AppendEscaped(ns);
            into.Append((byte)'"');
        }
        into.Append((byte)'>');
    }

    private void Text(MemberSchema member, string value, bool escape = false)
    {
        var name = NameOf(member);
        Start(name, member);
        if (escape) AppendEscaped(value);
        else into.Append(value);
        Close(name);
    }

    private void WriteAttribute(MemberSchema member, string value)
    {
        var frame = _frames[^1];
        using var text = new PooledBuffer(64);
        text.Append($" {member.WireName}=\"{Escape(value)}\"");
        into.Insert(frame.TagEnd, text.Span);
        frame.TagEnd += text.Length;
        _frames[^1] = frame;
    }

    private void AppendEscaped(string value) => into.Append(Escape(value));

    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(
        "&<>\"\r\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private static string Escape(string value)
    {
        if (value.AsSpan().IndexOfAny(Special) < 0) return value;
        var text = new StringBuilder(value.Length + 16);
        foreach (var c in value)
        {
            if (c is '&') text.Append("&amp;");
            else if (c is '<') text.Append("&lt;");
            else if (c is '>') text.Append("&gt;");
            else if (c is '"') text.Append("&quot;");
            else if (c is '\r' || (c < ' ' && c is not ('\n' or '\t'))) text.Append($"&#x{(int)c:X};");
            else text.Append(c);
        }
        return text.ToString();
    }
}
