using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Minato.Iam.Authorization;
using Minato.Iam.Planning;

namespace Minato.Iam.Api;

/// <summary>What policies decided, for whoever runs the installation: no API of AWS tells it so plainly.</summary>
internal sealed class DecisionEndpoint(Decisions decisions, TimeProvider clock)
{
    private const int MostShown = 50;

    public async Task SuggestAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var seconds = double.TryParse(query["since"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) ? Math.Min(given, TimeSpan.FromDays(365).TotalSeconds) : 3600;
        var used = decisions.Used(query["principal"].ToString(), clock.GetUtcNow().AddSeconds(-seconds));
        await AnswerAsync(context, json =>
        {
            json.WriteNumber("actions", used.Length);
            json.WritePropertyName("policy");
            json.WriteRawValue(LeastPrivilege.Suggest(used));
        });
    }

    public Task ExplainAsync(HttpContext context)
    {
        var principal = context.Request.Query["principal"].ToString();
        return AnswerAsync(context, json =>
        {
            json.WriteStartArray("denied");
            foreach (var call in decisions.Denied(principal.Length == 0 ? null : principal).Take(MostShown))
            {
                json.WriteStartObject();
                json.WriteString("at", call.At);
                json.WriteString("requestId", call.RequestId);
                json.WriteString("principal", call.Session);
                json.WriteString("action", call.Action);
                json.WriteString("resource", call.Resource);
                json.WriteString("why", call.Why);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static async Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        await using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(text.ToArray(), context.RequestAborted);
    }
}
