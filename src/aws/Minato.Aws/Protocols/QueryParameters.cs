using System.Globalization;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>A form body as the tree its dotted names spell: <c>Tags.member.1.Key=a</c>.</summary>
internal sealed class QueryParameters
{
    private const int MostParameters = 50_000;
    private Dictionary<string, QueryParameters>? _children;

    public string? Value { get; private set; }
    public IReadOnlyDictionary<string, QueryParameters> Children => _children ?? Nothing;
    private static readonly Dictionary<string, QueryParameters> Nothing = [];

    public string? Find(string name) => _children is not null && _children.TryGetValue(name, out var child) ? child.Value : null;

    /// <exception cref="MalformedException">Not a form, or beyond all measure.</exception>
    public static QueryParameters Parse(ReadOnlySpan<byte> form)
    {
        var root = new QueryParameters();
        var count = 0;
        foreach (var range in form.Split((byte)'&'))
        {
            var pair = form[range];
            if (pair.IsEmpty) continue;
            if (++count > MostParameters) throw new MalformedException("The request has too many parameters.");
            var equals = pair.IndexOf((byte)'=');
            var name = PercentEncoding.Decode(equals < 0 ? pair : pair[..equals], plusIsSpace: true);
            root.Descend(name).Value = equals < 0 ? "" : PercentEncoding.Decode(pair[(equals + 1)..], plusIsSpace: true);
        }
        return root;
    }

    /// <summary>The children with numbers for names, in order.</summary>
    public List<QueryParameters> Numbered()
    {
        if (_children is null) return [];
        var numbered = new List<(int Number, QueryParameters Node)>(_children.Count);
        foreach (var (name, node) in _children)
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbered.Add((number, node));
        numbered.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return numbered.ConvertAll(static n => n.Node);
    }

    private QueryParameters Descend(string name)
    {
        var node = this;
        var depth = 0;
        foreach (var range in name.AsSpan().Split('.'))
        {
            if (++depth > MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
            var children = node._children ??= new(StringComparer.Ordinal);
            var part = name[range];
            if (!children.TryGetValue(part, out var child)) children[part] = child = new();
            node = child;
        }
        return node;
    }
}
