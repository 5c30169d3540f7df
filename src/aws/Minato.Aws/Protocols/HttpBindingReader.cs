using System.Globalization;
using System.Text;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>
/// Reads shapes whose members are spread over path, query, headers, status and body. The top level is taken apart here; what
/// is in the body is read by the body's own reader.
/// </summary>
internal sealed class HttpBindingReader : ShapeReader
{
    private readonly WireInput _input;
    private readonly StructureSchema _schema;
    private readonly ShapeReader? _body;
    private readonly Dictionary<string, List<string>> _query;
    private int _next;
    private int _nested;
    private bool _inBody;
    private bool _payloadRead;
    private string _text = "";
    private List<string> _items = [];
    private int _nextItem;
    private IEnumerator<KeyValuePair<string, List<string>>>? _entries;

    /// <param name="body">Stands before the payload's structure, or in the top-level one; null when there is no body to read.</param>
    public HttpBindingReader(WireInput input, StructureSchema schema, ShapeReader? body)
    {
        (_input, _schema, _body, _query) = (input, schema, body, ParseQuery(input.Query));
        Violations = input.Violations;
    }

    public override bool NextMember(out int index)
    {
        if (_nested > 0 && _body is not null) return _body.NextMember(out index);
        while (_next < _schema.Members.Length)
        {
            index = _next++;
            if (Bind(_schema.Members[index])) return true;
        }
        index = _schema.PayloadIndex;
        if (index >= 0)
        {
            if (_payloadRead || (_input.Body.IsEmpty && _input.Stream is null)) return false;
            _inBody = _schema.Members[index].Kind is ShapeKind.Structure or ShapeKind.Document;
            return _payloadRead = true;
        }
        _inBody = true;
        return _body is not null && _body.NextMember(out index);
    }

    private bool Bind(MemberSchema member)
    {
        switch (member.Location)
        {
            case MemberLocation.Uri:
                return _input.Labels is not null && _input.Labels.TryGetValue(member.WireName, out var label) && One(label);
            case MemberLocation.StatusCode:
                return One(_input.Status.ToString(CultureInfo.InvariantCulture));
            case MemberLocation.Header when _input.Headers.TryGetValue(member.WireName, out var values):
                _items = member.Kind is ShapeKind.List ? SplitHeader(values.ToString(), member.Element?.Kind is ShapeKind.Timestamp) : [];
                return One(values.ToString());
            case MemberLocation.Headers:
                var prefixed = _input.Headers.Where(h => h.Key.StartsWith(member.WireName, StringComparison.OrdinalIgnoreCase))
                    .ToDictionary(h => h.Key[member.WireName.Length..], h => new List<string> { h.Value.ToString() }, StringComparer.Ordinal);
                _entries = prefixed.GetEnumerator();
                return prefixed.Count > 0;
            case MemberLocation.QueryString when member.Kind is ShapeKind.Map:
                var taken = _schema.Members.Where(m => m.Location is MemberLocation.QueryString && m.Kind is not ShapeKind.Map).Select(m => m.WireName).ToHashSet(StringComparer.Ordinal);
                var rest = _query.Where(q => !taken.Contains(q.Key)).ToList();
                _entries = rest.GetEnumerator();
                return rest.Count > 0;
            case MemberLocation.QueryString when _query.TryGetValue(member.WireName, out var all):
                _items = all;
                return One(all[^1]);
            default:
                return false;
        }
    }

    private bool One(string text)
    {
        _text = text;
        return true;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        Body().BeginStructure(member, schema);
        _nested++;
    }

    public override void EndStructure(MemberSchema member)
    {
        _nested--;
        Body().EndStructure(member);
    }

    public override void BeginList(MemberSchema member)
    {
        _nextItem = 0;
        if (_inBody) Body().BeginList(member);
    }

    public override bool NextElement(MemberSchema member)
    {
        if (_inBody) return Body().NextElement(member);
        return _nextItem < _items.Count && One(_items[_nextItem++]);
    }

    public override void EndList(MemberSchema member)
    {
        if (_inBody) Body().EndList(member);
    }

    public override void BeginMap(MemberSchema member)
    {
        if (_inBody) Body().BeginMap(member);
    }

    public override bool NextKey(MemberSchema member, out string key)
    {
        if (_inBody) return Body().NextKey(member, out key);
        key = "";
        if (_entries is null || !_entries.MoveNext()) return false;
        (key, _items) = _entries.Current;
        return One(_items[^1]);
    }

    public override void EndMap(MemberSchema member)
    {
        if (_inBody) Body().EndMap(member);
    }

    protected internal override string ReadStringValue(MemberSchema member) => _inBody ? Body().ReadStringValue(member)
        : member.Location is MemberLocation.Payload ? Encoding.UTF8.GetString(_input.Body.Span) : _text;

    public override bool ReadBoolean(MemberSchema member) => _inBody ? Body().ReadBoolean(member) : TextValues.Boolean(_text);
    protected internal override long ReadIntegerValue(MemberSchema member) => _inBody ? Body().ReadIntegerValue(member) : TextValues.Integer(_text);
    protected internal override double ReadDoubleValue(MemberSchema member) => _inBody ? Body().ReadDoubleValue(member) : TextValues.Number(_text);
    public override DateTimeOffset ReadTimestamp(MemberSchema member) => _inBody ? Body().ReadTimestamp(member) : Timestamps.Parse(_text);

    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => _inBody ? Body().ReadBlobValue(member)
        : member.Location is MemberLocation.Payload ? _input.Body.ToArray() : TextValues.Blob(_text);

    public override Stream ReadStream(MemberSchema member) => _input.Stream ?? base.ReadStream(member);

    public override JsonElement ReadDocument(MemberSchema member) => Body().ReadDocument(member);

    private ShapeReader Body() => _body ?? throw new MalformedException();

    private static Dictionary<string, List<string>> ParseQuery(string query)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!found.TryGetValue(name, out var values)) found[name] = values = [];
            values.Add(equals < 0 ? "" : Decode(pair[(equals + 1)..]));
        }
        return found;

        static string Decode(string text) => PercentEncoding.Decode(Encoding.UTF8.GetBytes(text), plusIsSpace: true);
    }

    // Values may be quoted; dates have a comma of their own.
    private static List<string> SplitHeader(string header, bool dates)
    {
        var items = new List<string>();
        var at = 0;
        while (at < header.Length)
        {
            while (at < header.Length && header[at] is ' ' or ',') at++;
            if (at == header.Length) break;
            if (header[at] != '"')
            {
                var end = header.IndexOf(',', at);
                if (dates && end > 0 && !header.AsSpan(at, end - at).Contains(':')) end = header.IndexOf(',', end + 1);
                if (end < 0) end = header.Length;
                items.Add(header[at..end].Trim());
                at = end;
                continue;
            }
            var item = new StringBuilder();
            for (at++; at < header.Length && header[at] != '"'; at++)
            {
                if (header[at] == '\\' && at + 1 < header.Length) at++;
                item.Append(header[at]);
            }
            at++;
            items.Add(item.ToString());
        }
        return items;
    }
}
