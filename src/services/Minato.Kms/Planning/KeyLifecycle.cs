using Minato.Contracts.Kms;
using Minato.Kms.State;

namespace Minato.Kms.Planning;

/// <summary>What is due for a key, and when.</summary>
internal abstract record KeyMove
{
    private KeyMove()
    {
    }

    /// <summary>Its window is over.</summary>
    internal sealed record Delete : KeyMove;

    /// <summary>New material; the next time after that.</summary>
    internal sealed record Rotate(DateTimeOffset NextAt) : KeyMove;

    internal sealed record WaitUntil(DateTimeOffset At) : KeyMove;

    internal sealed record Nothing : KeyMove;
}

internal static class KeyLifecycle
{
    public const int DefaultPeriodDays = 365;

    public static KeyMove Plan(StoredKey key, DateTimeOffset now)
    {
        if (key.DeletionDate is { } end) return end <= now ? new KeyMove.Delete() : new KeyMove.WaitUntil(end);
        if (key.Rotation is not { } rotation) return new KeyMove.Nothing();
        if (rotation.NextAt > now) return new KeyMove.WaitUntil(rotation.NextAt);
        // AWS: a disabled key is not rotated; when it is enabled again, a rotation that is overdue is made at once.
        return key.IsEnabled ? new KeyMove.Rotate(now.AddDays(rotation.PeriodDays)) : new KeyMove.Nothing();
    }

    public static StoredKey Rotated(StoredKey key, Material next, DateTimeOffset now) => key with
    {
        Materials = key.Materials.Add(next),
        // AWS: a rotation on demand does not move the automatic ones.
        Rotation = next.MadeBy is RotationType.Automatic && key.Rotation is { } plan ? plan with { NextAt = now.AddDays(plan.PeriodDays) } : key.Rotation,
    };
}
