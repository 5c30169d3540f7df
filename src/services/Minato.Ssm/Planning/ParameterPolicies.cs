using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Minato.Contracts.Ssm;
using Minato.Ssm.State;

namespace Minato.Ssm.Planning;

/// <summary>Policies of advanced parameters: what happens to them by itself, and when.</summary>
internal static class ParameterPolicies
{
    private const int Most = 10;
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 8 };

    /// <param name="text">A list of policies; an empty one takes all of them away.</param>
    /// <param name="now">When the parameter is written.</param>
    public static ImmutableArray<ParameterPolicy> Read(string text, DateTimeOffset now)
    {
        if (text.Trim() is "" or "{}") return [];
        try
        {
            using var json = JsonDocument.Parse(text, s_json);
            var list = json.RootElement.ValueKind is JsonValueKind.Array ? json.RootElement.EnumerateArray().ToArray() : [json.RootElement];
            if (list.Length > Most) throw new PoliciesLimitExceededException($"You specified more than the maximum number of allowed policies for the parameter. The maximum is {Most}.");
            // Notices of an expiration count from it.
            var expires = list.Where(p => TypeOf(p) is PolicyType.Expiration).Select(Timestamp).Cast<DateTimeOffset?>().ToArray();
            if (expires.Length > 1) throw new IncompatiblePolicyException("There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter.");
            return [.. list.Select(p => Read(p, expires.FirstOrDefault(), now))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidPolicyAttributeException("A policy attribute or its value is invalid.");
        }
    }

    /// <summary>After a change of the parameter: what waits for none begins to wait anew.</summary>
    public static ParameterPolicy Changed(ParameterPolicy policy, DateTimeOffset now)
    {
        if (policy.Type is not PolicyType.NoChangeNotification) return policy;
        using var json = JsonDocument.Parse(policy.Text, s_json);
        return policy with { At = now + Span(json.RootElement, "After"), IsDone = false };
    }

    private static ParameterPolicy Read(JsonElement json, DateTimeOffset? expires, DateTimeOffset now)
    {
        var type = TypeOf(json);
        var at = type switch
        {
            PolicyType.Expiration => Timestamp(json),
            PolicyType.ExpirationNotification => (expires ?? throw new IncompatiblePolicyException("An ExpirationNotification policy needs an Expiration policy.")) - Span(json, "Before"),
            _ => now + Span(json, "After"),
        };
        if (type is PolicyType.Expiration && at <= now) throw new InvalidPolicyAttributeException("The expiration timestamp must be in the future.");
        return new(type, json.GetRawText(), at);
    }

    private static PolicyType TypeOf(JsonElement json)
    {
        if (json.GetProperty("Version").GetString() != "1.0") throw new InvalidPolicyAttributeException("The version of a policy must be 1.0.");
        return Enum.TryParse<PolicyType>(json.GetProperty("Type").GetString(), out var type) && Enum.IsDefined(type) ? type
            : throw new InvalidPolicyTypeException($"The policy type isn't supported. Parameter Store supports the following policy types: {string.Join(", ", Enum.GetNames<PolicyType>())}.");
    }

    private static DateTimeOffset Timestamp(JsonElement json) =>
        DateTimeOffset.TryParse(json.GetProperty("Attributes").GetProperty("Timestamp").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : throw new InvalidPolicyAttributeException("The expiration timestamp is not a time.");

    private static TimeSpan Span(JsonElement json, string name)
    {
        var attributes = json.GetProperty("Attributes");
        var number = attributes.GetProperty(name);
        var text = number.ValueKind is JsonValueKind.Number ? number.GetRawText() : number.GetString();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 3650)
            throw new InvalidPolicyAttributeException($"The value of {name} is not valid.");
        return attributes.GetProperty("Unit").GetString() switch
        {
            "Days" => TimeSpan.FromDays(count),
            "Hours" => TimeSpan.FromHours(count),
            _ => throw new InvalidPolicyAttributeException("The unit must be Days or Hours."),
        };
    }
}
