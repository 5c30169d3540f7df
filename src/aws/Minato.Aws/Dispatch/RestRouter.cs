using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Dispatch;

/// <summary>
/// Finds the operation of a REST request by its method, path and query. S3 has several at one address: which one is meant is told by
/// what it alone requires, such as the id of an upload or the source of a copy.
/// </summary>
internal sealed class RestRouter
{
    private readonly Dictionary<string, List<Template>> _byMethod = new(StringComparer.Ordinal);

    private sealed record Template(OperationModel Operation, string[] Segments, bool Greedy, string[] Query)
    {
        public string[] NeedsQuery { get; } = Required(Operation, MemberLocation.QueryString);
        public string[] NeedsHeaders { get; } = Required(Operation, MemberLocation.Header);
        public HashSet<string> KnownQuery { get; } = Operation.InputSchema.Members.Where(m => m.Location is MemberLocation.QueryString).Select(m => m.WireName)
            .Concat(Query).ToHashSet(StringComparer.Ordinal);
        public bool TakesAnyQuery { get; } = Array.Exists(Operation.InputSchema.Members, m => m is { Location: MemberLocation.QueryString, Kind: ShapeKind.Map });

        // Words weigh more than labels, a query more than none, and the more is required the better what has it fits.
        public int Weight => Segments.Count(s => !s.StartsWith('{')) * 64 + Query.Length * 16 + (Greedy ? 0 : 8) + NeedsQuery.Length + NeedsHeaders.Length;

        private static string[] Required(OperationModel operation, MemberLocation at) =>
            [.. operation.InputSchema.Members.Where(m => m.Required && m.Location == at).Select(m => m.WireName)];
    }

    public RestRouter(ServiceModel service)
    {
        foreach (var operation in service.Operations)
        {
            var question = operation.RequestUri.IndexOf('?');
            var segments = Split(question < 0 ? operation.RequestUri : operation.RequestUri[..question], greedy: false);
            var query = question < 0 ? [] : operation.RequestUri[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries);
            if (!_byMethod.TryGetValue(operation.HttpMethod, out var templates)) _byMethod[operation.HttpMethod] = templates = [];
            templates.Add(new(operation, segments, segments.Length > 0 && segments[^1].EndsWith("+}", StringComparison.Ordinal), query));
        }
        foreach (var templates in _byMethod.Values) templates.Sort(static (a, b) => b.Weight.CompareTo(a.Weight));
    }

    /// <param name="path">As sent.</param>
    /// <param name="labels">The decoded values of the labels in the path.</param>
    /// <exception cref="MalformedException">The path is not UTF-8.</exception>
    public OperationModel? Find(string method, string path, string query, IHeaderDictionary headers, out Dictionary<string, string> labels)
    {
        labels = new(StringComparer.Ordinal);
        if (!_byMethod.TryGetValue(method, out var templates)) return null;
        var (exact, greedy) = (Split(path, greedy: false), Split(path, greedy: true));
        var fitting = templates.FindAll(t => FitsPath(t, t.Greedy ? greedy : exact) && FitsQuery(t, query));
        // Where nobody has all it requires, the one that misses it says so.
        var found = fitting.Find(t => HasAll(t, query, headers)) ?? fitting.FirstOrDefault();
        if (found is not null) Label(found, found.Greedy ? greedy : exact, labels);
        return found?.Operation;
    }

    private static bool FitsPath(Template template, string[] segments)
    {
        var count = template.Segments.Length;
        if (template.Greedy ? segments.Length < count : segments.Length != count) return false;
        for (var i = 0; i < count; i++)
            if (!template.Segments[i].StartsWith('{') && template.Segments[i] != segments[i]) return false;
        return !template.Greedy || segments.Length > count || segments[^1].Length > 0;
    }

    // A parameter without a value names what is meant, e.g. ?policy: what does not know it is not meant.
    private static bool FitsQuery(Template template, string query)
    {
        if (!Array.TrueForAll(template.Query, wanted => HasParameter(query, wanted))) return false;
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query.AsSpan()[range];
            var equals = pair.IndexOf('=');
            if (pair.Length == 0 || (equals >= 0 && equals < pair.Length - 1) || template.TakesAnyQuery) continue;
            if (!template.KnownQuery.Contains((equals < 0 ? pair : pair[..equals]).ToString())) return false;
        }
        return true;
    }

    private static bool HasAll(Template template, string query, IHeaderDictionary headers) =>
        Array.TrueForAll(template.NeedsQuery, name => HasParameter(query, name)) && Array.TrueForAll(template.NeedsHeaders, headers.ContainsKey);

    private static void Label(Template template, string[] segments, Dictionary<string, string> labels)
    {
        for (var i = 0; i < template.Segments.Length; i++)
        {
            var part = template.Segments[i];
            if (!part.StartsWith('{')) continue;
            var raw = template.Greedy && i == template.Segments.Length - 1 ? string.Join('/', segments[i..]) : segments[i];
            labels[part.Trim('{', '}', '+')] = PercentEncoding.Decode(Encoding.UTF8.GetBytes(raw), plusIsSpace: false);
        }
    }

    private static bool HasParameter(string query, string wanted)
    {
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query.AsSpan()[range];
            if (pair.SequenceEqual(wanted) || (!wanted.Contains('=') && pair.StartsWith(wanted) && pair.Length > wanted.Length && pair[wanted.Length] == '=')) return true;
        }
        return false;
    }

    // A slash at the end makes no difference, save where a label takes the rest: then every slash is part of it.
    private static string[] Split(string path, bool greedy)
    {
        var rest = path.StartsWith('/') ? path[1..] : path;
        if (!greedy) rest = rest.Trim('/');
        return rest.Length == 0 ? [] : rest.Split('/');
    }
}
