namespace Minato.Ecs.Inside;

/// <summary>How much one task may ask: a steady rate, and a burst on top of it.</summary>
internal sealed class RequestBudget(DateTimeOffset now)
{
    public const int PerSecond = 40; // AWS: as the agent's own default.
    public const int Burst = 60;

    private readonly Lock _gate = new();
    private double _left = Burst;
    private DateTimeOffset _at = now;

    public bool TryTake(DateTimeOffset now)
    {
        lock (_gate)
        {
            _left = Math.Min(Burst, _left + Math.Max(0, (now - _at).TotalSeconds) * PerSecond);
            _at = now;
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }
}
