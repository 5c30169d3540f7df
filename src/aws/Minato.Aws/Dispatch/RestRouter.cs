using System.Text;
using Minato.Aws.Protocols;

namespace Minato.Aws.Dispatch;

/// <summary>Finds the operation of a REST request by its method, path and query.</summary>
internal sealed class RestRouter
{
    private readonly Dictionary<string, List<Template>> _byMethod = new(StringComparer.Ordinal);

    private sealed record Template(OperationModel Operation, string[] Segments, bool Greedy, string[] Query)
    {
        // Words weigh more than labels, and a query more than none.
        public int Weight { get; } = Segments.Count(s => !s.StartsWith('{')) * 4 + Query.Length * 2 + (Greedy ? 0 : 1);
    }

    public RestRouter(ServiceModel service)
    {
        foreach (var operation in service.Operations)
        {
            var question = operation.RequestUri.IndexOf('?');
            var segments = Split(question < 0 ? operation.RequestUri : operation.RequestUri[..question]);
            var query = question < 0 ? [] : operation.RequestUri[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries);
            if (!_byMethod.TryGetValue(operation.HttpMethod, out var templates)) _byMethod[operation.HttpMethod] = templates = [];
            templates.Add(new(operation, segments, segments.Length > 0 && segments[^1].EndsWith("+}", StringComparison.Ordinal), query));
        }
        foreach (var templates in _byMethod.Values) templates.Sort(static (a, b) => b.Weight.CompareTo(a.Weight));
    }

    /// <param name="path">As sent.</param>
    /// <param name="labels">The decoded values of the labels in the path.</param>
    public OperationModel? Find(string method, string path, string query, out Dictionary<string, string> labels)
    {
        labels = new(StringComparer.Ordinal);
        if (!_byMethod.TryGetValue(method, out var templates)) return null;
        var segments = Split(path);
        foreach (var template in templates)
            if (Matches(template, segments, query, labels)) return template.Operation;
        return null;
    }

    private static bool Matches(Template template, string[] segments, string query, Dictionary<string, string> labels)
    {
        var count = template.Segments.Length;
        if (template.Greedy ? segments.Length < count : segments.Length != count) return false;
        labels.Clear();
        for (var i = 0; i < count; i++)
        {
            var part = template.Segments[i];
            if (!part.StartsWith('{'))
            {
                if (part != segments[i]) return false;
                continue;
            }
            var isLast = template.Greedy && i == count - 1;
            var raw = isLast ? string.Join('/', segments[i..]) : segments[i];
            labels[part.Trim('{', '}', '+')] = PercentEncoding.Decode(Encoding.UTF8.GetBytes(raw), plusIsSpace: false);
        }
        return Array.TrueForAll(template.Query, wanted => HasParameter(query, wanted));
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

    // A slash at the end makes no difference, save where a label takes the rest.
    private static string[] Split(string path) => path.Trim('/') is { Length: > 0 } trimmed ? trimmed.Split('/') : [];
}
