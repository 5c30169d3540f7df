using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Engines.Functions;

namespace Minato.Elb.Planning;

/// <summary>What a function is told of a request: the event of an Application Load Balancer.</summary>
internal static class FunctionEvents
{
    private static readonly string[] s_texts = ["application/json", "application/javascript", "application/xml"];

    /// <param name="isMultiValue">Whether headers and parameters are told with all their values; AWS: otherwise with the last one.</param>
    public static string Of(EntranceRequest request, string groupArn, bool isMultiValue)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("requestContext");
            json.WriteStartObject("elb");
            json.WriteString("targetGroupArn", groupArn);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("httpMethod", request.Method);
            json.WriteString("path", request.Path);
            Write(json, isMultiValue ? "multiValueQueryStringParameters" : "queryStringParameters", Parameters(request.Query), isMultiValue);
            Write(json, isMultiValue ? "multiValueHeaders" : "headers", request.Headers, isMultiValue);
            var isText = IsText(request);
            json.WriteString("body", isText ? Encoding.UTF8.GetString(request.Body.Span) : Convert.ToBase64String(request.Body.Span));
            json.WriteBoolean("isBase64Encoded", !isText);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>What a health check of a function's group asks it.</summary>
    public static string HealthCheck(string groupArn, string path) => Of(
        new("", "GET", path, "", [KeyValuePair.Create("user-agent", "ELB-HealthChecker/2.0")], ReadOnlyMemory<byte>.Empty), groupArn, isMultiValue: false);

    // AWS: nothing is decoded.
    private static IEnumerable<KeyValuePair<string, string>> Parameters(string query) => query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p =>
    {
        var equals = p.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? KeyValuePair.Create(p, "") : KeyValuePair.Create(p[..equals], p[(equals + 1)..]);
    });

    // AWS: a body that is encoded, and one that is not known to be text, goes in base 64.
    private static bool IsText(EntranceRequest request)
    {
        if (request.Body.IsEmpty) return true;
        if (request.Headers.Any(h => h.Key == "content-encoding")) return false;
        var type = request.Headers.LastOrDefault(h => h.Key == "content-type").Value?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        return type.StartsWith("text/", StringComparison.Ordinal) || s_texts.Contains(type, StringComparer.Ordinal);
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> values, bool isMultiValue)
    {
        json.WriteStartObject(name);
        foreach (var group in values.GroupBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!isMultiValue) json.WriteString(group.Key, group.Last().Value);
            else
            {
                json.WriteStartArray(group.Key);
                foreach (var (_, value) in group) json.WriteStringValue(value);
                json.WriteEndArray();
            }
        }

        json.WriteEndObject();
    }
}
