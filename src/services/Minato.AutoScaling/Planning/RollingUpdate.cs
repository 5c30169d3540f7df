using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;

namespace Minato.AutoScaling.Planning;

/// <summary>What a template's <c>AutoScalingRollingUpdate</c> says: instances of an old kind give way to new ones, a batch at a time.</summary>
internal sealed record RollingUpdate(int MaxBatchSize, int MinInstancesInService, TimeSpan Pause)
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    /// <returns>Null when the policy has none.</returns>
    public static RollingUpdate? Of(JsonObject? updatePolicy)
    {
        if (updatePolicy?["AutoScalingRollingUpdate"] is not JsonObject rolling) return null;
        return new(Math.Max(1, NumberOf(rolling[nameof(MaxBatchSize)]) ?? 1), Math.Max(0, NumberOf(rolling[nameof(MinInstancesInService)]) ?? 0), PauseOf(rolling["PauseTime"]?.ToString()));
    }

    /// <summary>AWS: where more must stay in service than are wanted, there are more of them for the time of the update.</summary>
    public int CapacityFor(int desired, int most) => desired > MinInstancesInService ? desired : Math.Min(most, MinInstancesInService + MaxBatchSize);

    /// <summary>How many of the old ones go now.</summary>
    /// <param name="old">Of them, those in service.</param>
    /// <param name="inService">All.</param>
    /// <param name="desired">With fewer than these the last batch has not been made up for.</param>
    public int BatchOf(int old, int inService, int desired) =>
        old == 0 || inService < desired ? 0 : Math.Max(0, Math.Min(Math.Min(MaxBatchSize, old), inService - MinInstancesInService));

    private static int? NumberOf(JsonNode? node) => int.TryParse(node?.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan PauseOf(string? text)
    {
        if (text is null) return TimeSpan.Zero;
        try { return XmlConvert.ToTimeSpan(text) is var span && span > s_longestPause ? s_longestPause : span; }
        catch (FormatException) { return TimeSpan.Zero; }
    }
}
