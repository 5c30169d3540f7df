using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.Sns.Planning;

/// <summary>How often and when a message is posted again: at once, then after the least delay, then ever later, then after the longest.</summary>
internal sealed record DeliveryRetries
{
    public const int MostRetries = 100;
    public static readonly TimeSpan LongestInAll = TimeSpan.FromSeconds(3600);

    public int MinDelayTarget { get; init; } = 20;
    public int MaxDelayTarget { get; init; } = 20;
    public int NumRetries { get; init; } = 3;
    public int NumNoDelayRetries { get; init; }
    public int NumMinDelayRetries { get; init; }
    public int NumMaxDelayRetries { get; init; }
    public string BackoffFunction { get; init; } = "linear";

    public static DeliveryRetries Default { get; } = new();

    /// <param name="policy">A delivery policy of a subscription or topic; null for AWS's own.</param>
    /// <param name="member">What holds the retries in it.</param>
    public static DeliveryRetries Of(string? policy, params string[] member)
    {
        if (policy is null) return Default;
        JsonNode? at = JsonNode.Parse(policy);
        foreach (var name in member) at = (at as JsonObject)?[name];
        return at is JsonObject found ? found.Deserialize(RetriesJson.Default.DeliveryRetries) ?? Default : Default;
    }

    /// <returns>Why AWS would not take it; null when it would.</returns>
    public string? Fault()
    {
        if (NumRetries is < 0 or > MostRetries) return "numRetries";
        if (MinDelayTarget < 1 || MaxDelayTarget < MinDelayTarget) return "minDelayTarget";
        if (NumNoDelayRetries + NumMinDelayRetries + NumMaxDelayRetries > NumRetries) return "numRetries";
        if (BackoffFunction is not ("linear" or "arithmetic" or "geometric" or "exponential")) return "backoffFunction";
        return Enumerable.Range(0, NumRetries).Sum(i => (Delay(i) ?? TimeSpan.Zero).TotalSeconds) > LongestInAll.TotalSeconds ? "maxDelayTarget" : null;
    }

    /// <param name="failures">Attempts that failed, less one.</param>
    /// <returns>How long to wait; null when nothing is tried any more.</returns>
    public TimeSpan? Delay(int failures)
    {
        if (failures >= NumRetries) return null;
        if (failures < NumNoDelayRetries) return TimeSpan.Zero;
        var at = failures - NumNoDelayRetries;
        if (at < NumMinDelayRetries) return TimeSpan.FromSeconds(MinDelayTarget);
        at -= NumMinDelayRetries;
        var steps = NumRetries - NumNoDelayRetries - NumMinDelayRetries - NumMaxDelayRetries;
        if (at >= steps) return TimeSpan.FromSeconds(MaxDelayTarget);
        var share = steps > 1 ? (double)at / (steps - 1) : 1;
        var span = MaxDelayTarget - MinDelayTarget;
        return TimeSpan.FromSeconds(MinDelayTarget + span * BackoffFunction switch
        {
            "arithmetic" => share * (share + 1) / 2,
            "geometric" => share * share,
            "exponential" => (Math.Pow(2, share * 10) - 1) / 1023,
            _ => share,
        });
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(DeliveryRetries))]
internal sealed partial class RetriesJson : System.Text.Json.Serialization.JsonSerializerContext;
