namespace Minato.Elb.State;

/// <summary>A target that answers with errors where the others of its group do not, and the share it has meanwhile. Progress: a restart looks anew.</summary>
/// <param name="RegisteredAt">The registration it is about.</param>
/// <param name="Weight">Of 100.</param>
/// <param name="IsAnomalous">False for one that does well again and gets its share back little by little.</param>
internal sealed record AnomalyState(TargetKey Key, DateTimeOffset RegisteredAt, int Weight, bool IsAnomalous);
