using Minato.Migration.Journal;

namespace Minato.Migration.Running;

/// <summary>Where traffic is divided. Every operation may be repeated: what is done already is left as it is.</summary>
internal interface IEntry
{
    /// <summary>Finds it, and refuses what cannot be migrated.</summary>
    Task<StepResult> LookAsync(MigrationState state, CancellationToken ct);

    /// <summary>Says, between steps, what somebody else made of it; null while it is as the last step left it.</summary>
    Task<string?> StrangeAsync(MigrationState state, CancellationToken ct);

    /// <summary>Both sides behind it, all traffic on the old one.</summary>
    Task<StepResult> PairAsync(MigrationState state, CancellationToken ct);

    /// <param name="weight">Of the new side, in percent.</param>
    Task<StepResult> ShiftAsync(MigrationState state, int weight, CancellationToken ct);

    Task<StepResult> SingleAsync(MigrationState state, CancellationToken ct);

    /// <summary>As it was found.</summary>
    Task<StepResult> RestoreAsync(MigrationState state, CancellationToken ct);

    Task<StepResult> OpenTestAsync(MigrationState state, CancellationToken ct);

    Task<StepResult> CloseTestAsync(MigrationState state, CancellationToken ct);

    Task<StepResult> LowerTtlAsync(MigrationState state, CancellationToken ct);

    Task<StepResult> InSyncAsync(MigrationState state, CancellationToken ct);
}
