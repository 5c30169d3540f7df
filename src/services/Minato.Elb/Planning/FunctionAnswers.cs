using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Engines.Functions;

namespace Minato.Elb.Planning;

/// <summary>What a client is answered with for what a function returned.</summary>
internal static class FunctionAnswers
{
    private const int BadGateway = 502;
    public const int TooLarge = 413;

    // AWS: what is about the connection is not the function's to say, and the length is counted.
    private static readonly FrozenSet<string> s_dropped = FrozenSet.ToFrozenSet(
        ["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"], StringComparer.OrdinalIgnoreCase);

    /// <param name="isMultiValue">Whether headers are looked for in <c>multiValueHeaders</c>.</param>
    /// <returns>AWS: 502 for a function that failed, and for an answer that is too long or not as agreed.</returns>
    public static EntranceAnswer Of(FunctionOutcome outcome, bool isMultiValue)
    {
        if (outcome is not FunctionOutcome.Returned(var payload) || Encoding.UTF8.GetByteCount(payload) > IFunctionEntrance.LargestBody) return EntranceAnswer.Fault(BadGateway);
        try
        {
            using var document = JsonDocument.Parse(payload);
            return Read(document.RootElement, isMultiValue) ?? EntranceAnswer.Fault(BadGateway);
        }
        catch (JsonException)
        {
            return EntranceAnswer.Fault(BadGateway);
        }
    }

    /// <returns>AWS: what the function is, returned or was sent is its user's; that nobody could ask it is not.</returns>
    /// <param name="outcome">Null when it was not called.</param>
    public static FunctionError ErrorOf(EntranceAnswer answer, FunctionOutcome? outcome) => outcome switch
    {
        _ when !answer.IsFault => FunctionError.None,
        FunctionOutcome.Failed { IsOutOfReach: true } => FunctionError.Internal,
        null when answer.Status != TooLarge => FunctionError.None,
        _ => FunctionError.User,
    };

    private static EntranceAnswer? Read(JsonElement answer, bool isMultiValue)
    {
        if (answer.ValueKind is not JsonValueKind.Object) return null;
        if (!answer.TryGetProperty("statusCode", out var code) || code.ValueKind is not JsonValueKind.Number || !code.TryGetInt32(out var status) || status is < 200 or > 599) return null;
        if (!IsKind(answer, "statusDescription", out var described, JsonValueKind.String)) return null;
        if (!IsKind(answer, "isBase64Encoded", out var encoded, JsonValueKind.True, JsonValueKind.False)) return null;
        if (!IsKind(answer, "body", out var text, JsonValueKind.String)) return null;
        if (Headers(answer, isMultiValue) is not { } headers) return null;
        var body = text?.GetString() ?? "";
        if (encoded?.ValueKind is not JsonValueKind.True) return new(status, ReasonOf(described?.GetString(), status), headers, Encoding.UTF8.GetBytes(body));
        var bytes = new byte[body.Length];
        return Convert.TryFromBase64String(body, bytes, out var length) ? new(status, ReasonOf(described?.GetString(), status), headers, bytes.AsMemory(0, length)) : null;
    }

    private static ImmutableArray<KeyValuePair<string, string>>? Headers(JsonElement answer, bool isMultiValue)
    {
        if (!IsKind(answer, isMultiValue ? "multiValueHeaders" : "headers", out var given, JsonValueKind.Object)) return null;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (given is not { } all) return [];
        foreach (var header in all.EnumerateObject())
        {
            JsonElement[] values = !isMultiValue ? [header.Value] : header.Value.ValueKind is JsonValueKind.Array ? [.. header.Value.EnumerateArray()] : [];
            if (values.Length == 0 || !IsName(header.Name)) return null;
            foreach (var value in values)
            {
                if (value.ValueKind is not JsonValueKind.String || value.GetString() is not { } words || !IsValue(words)) return null;
                if (!s_dropped.Contains(header.Name)) headers.Add(new(header.Name, words));
            }
        }

        return headers.ToImmutable();
    }

    // What could end a header and begin another is no header.
    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    private static bool IsValue(string value) => value.All(c => c is '\t' or (>= ' ' and < (char)127));

    // The description is status and phrase.
    private static string? ReasonOf(string? description, int status)
    {
        var start = $"{status} ";
        return description is { Length: > 0 } && description.StartsWith(start, StringComparison.Ordinal) && IsValue(description) ? description[start.Length..] : null;
    }

    /// <returns>Whether it is absent, null, or of one of these kinds.</returns>
    private static bool IsKind(JsonElement of, string name, out JsonElement? found, params ReadOnlySpan<JsonValueKind> kinds)
    {
        found = of.TryGetProperty(name, out var there) && there.ValueKind is not JsonValueKind.Null ? there : null;
        return found is not { } value || kinds.Contains(value.ValueKind);
    }
}

/// <summary>AWS: who has to do something about an answer that a function did not give.</summary>
internal enum FunctionError
{
    None,
    User,
    Internal,
}
