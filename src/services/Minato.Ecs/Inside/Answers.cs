using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Engines.Inside;

namespace Minato.Ecs.Inside;

/// <summary>The forms in which a task is answered.</summary>
internal static class Answers
{
    private const string JsonType = "application/json";

    public static InsideAnswer Json(JsonNode body, int status = 200) => new(status, JsonType, Encoding.UTF8.GetBytes(body.ToJsonString()));

    // AWS: an error of the metadata endpoint is a JSON string.
    public static InsideAnswer Words(int status, string words) =>
        new(status, JsonType, Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(words, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));

    public static InsideAnswer Plain(int status, string text) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    public static InsideAnswer NotFound { get; } = Plain(404, "404 page not found\n");

    public static InsideAnswer TooMany { get; } = Plain(429, "You have reached maximum request limit.");

    public static InsideAnswer CredentialsError(int status, string code, string message) => Json(new JsonObject
    {
        ["code"] = code, ["message"] = $"CredentialsV2Request: {message}", ["HTTPErrorCode"] = status,
    }, status);
}
