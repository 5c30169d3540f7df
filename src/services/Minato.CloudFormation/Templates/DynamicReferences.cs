using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;

namespace Minato.CloudFormation.Templates;

/// <summary>References to parameters and secrets, <c>{{resolve:…}}</c>. They are followed just before a handler is called; what they give is never stored.</summary>
internal sealed partial class DynamicReferences(ISsm? ssm = null, ISecretsManager? secrets = null)
{
    private const int Most = 60; // AWS: in one template.

    /// <exception cref="AwsException">One of them leads nowhere.</exception>
    public async ValueTask<JsonObject> ResolveAsync(JsonObject properties, Caller caller, CancellationToken ct)
    {
        if (!Values.Any(properties, Has)) return properties;
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in Texts(properties).SelectMany(t => Form().Matches(t)).Select(m => m.Value).Distinct().Take(Most))
            known[text] = await FollowAsync(text[2..^2], caller, ct);
        return (JsonObject)Fill(properties, known);
    }

    /// <summary>For what was: what it referred to may be gone by now, and then it stays a reference.</summary>
    public async ValueTask<JsonObject> TryResolveAsync(JsonObject properties, Caller caller, CancellationToken ct)
    {
        try
        {
            return await ResolveAsync(properties, caller, ct);
        }
        catch (AwsException)
        {
            return properties;
        }
    }

    public static bool Has(string text) => text.Contains("{{resolve:", StringComparison.Ordinal) && Form().IsMatch(text);

    private async Task<string> FollowAsync(string reference, Caller caller, CancellationToken ct) => reference.Split(':', 3) switch
    {
        [_, "ssm", var path] => await ParameterAsync(path, isSecure: false, caller, ct),
        [_, "ssm-secure", var path] => await ParameterAsync(path, isSecure: true, caller, ct),
        [_, "secretsmanager", var path] => await SecretAsync(path, caller, ct),
        _ => throw TemplateErrors.Validation($"Could not resolve the following dynamic reference: {{{{{reference}}}}}"),
    };

    private async Task<string> ParameterAsync(string path, bool isSecure, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = ssm is null ? null : await ssm.GetParameterAsync(new() { Name = path, WithDecryption = isSecure }, caller, ct);
            if (answer?.Parameter is not { Value: { } value } parameter) throw Gone(path);
            if (!isSecure && parameter.Type == ParameterType.SecureString)
                throw TemplateErrors.Validation($"SSM Secure reference is not supported in: [{path}]");
            return value;
        }
        catch (AwsException e) when (e.Code is "ParameterNotFound" or "ParameterVersionNotFound")
        {
            throw Gone(path);
        }

        static AwsException Gone(string path) => TemplateErrors.Validation($"Parameters: [{path}] cannot be found.");
    }

    // secret-id:SecretString:json-key:version-stage:version-id, where the id may be an ARN with colons of its own.
    private async Task<string> SecretAsync(string path, Caller caller, CancellationToken ct)
    {
        var parts = path.Split(':');
        var length = path.StartsWith("arn:", StringComparison.Ordinal) ? Math.Min(7, parts.Length) : 1;
        var id = string.Join(':', parts.Take(length));
        var rest = parts.Skip(length).ToArray();
        string? At(int index) => rest.Length > index && rest[index].Length > 0 ? rest[index] : null;
        if (At(0) is { } kind and not "SecretString") throw TemplateErrors.Validation($"{kind} is not supported in dynamic references to Secrets Manager");
        var answer = secrets is null ? throw TemplateErrors.Validation("Secrets Manager can't find the specified secret.")
            : await secrets.GetSecretValueAsync(new() { SecretId = id, VersionStage = At(2), VersionId = At(3) }, caller, ct);
        var text = answer.SecretString ?? "";
        return At(1) is { } key ? KeyOf(text, key) : text;
    }

    private static string KeyOf(string secret, string key)
    {
        try
        {
            if (JsonNode.Parse(secret) is JsonObject map && map[key] is { } value) return Values.Text(value) ?? value.ToJsonString();
        }
        catch (JsonException)
        {
        }
        throw TemplateErrors.Validation($"Could not find a value associated with JSONKey in SecretString");
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Texts(p.Value)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };

    private static JsonNode Fill(JsonNode node, Dictionary<string, string> known) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Fill(p.Value, known)))),
        JsonArray list => new JsonArray([.. list.Select(i => i is null ? null : Fill(i, known))]),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => Values.Of(Form().Replace(value.GetValue<string>(), m => known.GetValueOrDefault(m.Value) ?? m.Value)),
        _ => node.DeepClone(),
    };

    [GeneratedRegex(@"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):[^{}]{1,2048}\}\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
