using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;

namespace Minato.AutoScaling.Planning;

/// <summary>What a template's <c>AutoScalingRollingUpdate</c> says: instances of an old kind give way to new ones, a batch at a time.</summary>
/// <param name="Pause">Between batches; with <paramref name="WaitOnResourceSignals"/> how long a batch may take to signal.</param>
/// <param name="MinSuccessfulInstancesPercent">Of the new ones: with fewer that work the update has failed.</param>
internal sealed record RollingUpdate(int MaxBatchSize, int MinInstancesInService, TimeSpan Pause, bool WaitOnResourceSignals = false, int MinSuccessfulInstancesPercent = 100)
{
    private const int All = 100;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_pauseForSignals = TimeSpan.FromMinutes(5); // AWS: unless told.

    /// <returns>Null when the policy has none.</returns>
    public static RollingUpdate? Of(JsonObject? updatePolicy)
    {
        if (updatePolicy?["AutoScalingRollingUpdate"] is not JsonObject rolling) return null;
        var waits = rolling[nameof(WaitOnResourceSignals)]?.ToString() is "true";
        return new(Math.Max(1, NumberOf(rolling[nameof(MaxBatchSize)]) ?? 1), Math.Max(0, NumberOf(rolling[nameof(MinInstancesInService)]) ?? 0),
            PauseOf(rolling["PauseTime"]?.ToString()) ?? (waits ? s_pauseForSignals : TimeSpan.Zero), waits,
            Math.Clamp(NumberOf(rolling[nameof(MinSuccessfulInstancesPercent)]) ?? All, 0, All));
    }

    /// <summary>AWS: where more must stay in service than are wanted, there are more of them for the time of the update.</summary>
    public int CapacityFor(int desired, int most) => desired > MinInstancesInService ? desired : Math.Min(most, MinInstancesInService + MaxBatchSize);

    /// <summary>How many of the old ones go now.</summary>
    /// <param name="old">Of them, those in service.</param>
    /// <param name="inService">All.</param>
    /// <param name="desired">With fewer than these the last batch has not been made up for.</param>
    public int BatchOf(int old, int inService, int desired) =>
        old == 0 || inService < desired ? 0 : Math.Max(0, Math.Min(Math.Min(MaxBatchSize, old), inService - MinInstancesInService));

    /// <summary>What a batch waits for.</summary>
    /// <param name="made">Instances of the new kind in service.</param>
    /// <param name="coming">How many more there will be before the next batch.</param>
    /// <param name="signals">Of instances, by their ids.</param>
    /// <param name="isLate">Its time is over: who has said nothing has failed.</param>
    public BatchState StateOf(IReadOnlyCollection<string> made, int coming, IReadOnlyDictionary<string, bool> signals, int desired, bool isLate)
    {
        if (!WaitOnResourceSignals) return new(IsReady: isLate, Failures: 0, IsHopeless: false);
        var silent = made.Count(i => !signals.ContainsKey(i)) + Math.Max(0, coming);
        var failures = made.Count(i => signals.TryGetValue(i, out var works) && !works) + (isLate ? silent : 0);
        return new(silent == 0 || isLate, failures, failures * All > desired * (All - MinSuccessfulInstancesPercent));
    }

    private static int? NumberOf(JsonNode? node) => int.TryParse(node?.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? PauseOf(string? text)
    {
        if (text is null) return null;
        try { return XmlConvert.ToTimeSpan(text) is var span && span > s_longestPause ? s_longestPause : span; }
        catch (FormatException) { return null; }
    }
}

/// <param name="IsReady">The next batch may go.</param>
internal readonly record struct BatchState(bool IsReady, int Failures, bool IsHopeless);

/// <summary>How far a rolling update is.</summary>
/// <param name="Last">When the last batch went; null before the first.</param>
/// <param name="Capacity">What the group had before there were more of them for a while.</param>
/// <param name="There">Ids of instances that were of the wanted kind when it began, as those that a failed update left alone are: they have nothing to signal.</param>
internal sealed record RollingProgress(DateTimeOffset? Last, int Capacity, string There = "")
{
    private const string Mark = "rolling";

    /// <returns>Null when nothing rolls.</returns>
    public static RollingProgress? Read(string? note) => note?.Split('@') is not [Mark, var last, var capacity, var there] ? null
        : new(last.Length == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(last, CultureInfo.InvariantCulture)), int.Parse(capacity, CultureInfo.InvariantCulture), there);

    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Mark}@{Last?.ToUnixTimeMilliseconds()}@{Capacity}@{There}");

    public bool WasThere(string instance) => There.Split(',').Contains(instance);
}
