using System.Collections.Immutable;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Minato.Migration.Plans;

internal static partial class PlanReader
{
    private const int MostRequests = 1000;
    private const int MostPatterns = 50;
    private static readonly string[] s_methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

    private static MirrorPlan ReadMirror(YamlSection section, Entry entry)
    {
        var mirror = new MirrorPlan
        {
            OldUrl = section.Url("oldUrl"),
            NewUrl = section.Url("newUrl"),
            Host = section.Text("host"),
            Requests = [.. section.Items("requests", MostRequests).Select(i => ReadRequest(section, i))],
            AccessLog = section.Text("accessLog"),
            Sample = section.Whole("sample", 100, 1, MostRequests),
            Headers = section.Has("headers") ? [.. section.Texts("headers", MostPatterns).Select(h => h.ToLowerInvariant())] : ["content-type"],
            Ignore = section.Texts("ignore", MostPatterns),
            PerSecond = section.Number("perSecond", 5, 0.1, 50),
            MaxBodyBytes = section.Whole("maxBodyBytes", 1 << 20, 1, 64 << 20),
            AllowedDifferences = section.Whole("allowedDifferences", 0, 0, MostRequests),
            Timeout = section.Time("timeout", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
        };
        section.End();
        foreach (var pattern in mirror.Ignore.Where(p => !IsPattern(p))) section.Fault("ignore", $"ignore: {pattern} is not a regular expression.");
        if (mirror.Requests.IsEmpty && mirror.AccessLog is null) section.Fault("mirror needs requests or an accessLog.");
        if (entry is RecordEntry && (mirror.OldUrl is null || mirror.NewUrl is null)) section.Fault("with a record as entry, mirror needs oldUrl and newUrl: a name cannot tell the sides apart.");
        return mirror;
    }

    private static MirrorRequest ReadRequest(YamlSection mirror, YamlNode item)
    {
        if (item is YamlScalarNode { Value: { } line })
        {
            var (method, path) = line.Split(' ') is [var m, var p] ? (m, p) : ("GET", line);
            return Checked(mirror, item, new(method, path, ImmutableSortedDictionary<string, string>.Empty, null));
        }

        var section = mirror.Section(item, "a request");
        var headers = section.Texts("headers", MostPatterns).Select(h => h.Split(": ", 2)).ToList();
        if (headers.Exists(h => h.Length != 2)) section.Fault("headers", "headers are texts such as 'Accept: text/html'.");
        var request = new MirrorRequest(
            section.Text("method") ?? "GET", section.Required("path"),
            headers.Where(h => h.Length == 2).DistinctBy(h => h[0]).ToImmutableSortedDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase), section.Text("body"));
        section.End();
        return Checked(mirror, item, request);
    }

    private static MirrorRequest Checked(YamlSection mirror, YamlNode at, MirrorRequest request)
    {
        if (!s_methods.Contains(request.Method)) mirror.Fault(at, $"{request.Method} is not one of {string.Join(", ", s_methods)}.");
        if (!request.Path.StartsWith('/') || request.Path.Any(c => c is < '!' or > '~')) mirror.Fault(at, $"{request.Path} is not a path such as /health?full=1.");
        return request;
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
