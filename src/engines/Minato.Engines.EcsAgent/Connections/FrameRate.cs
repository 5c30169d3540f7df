namespace Minato.Engines.EcsAgent.Connections;

/// <summary>Counts messages against a burst that refills with time.</summary>
internal sealed class FrameRate(int burst, int perSecond, TimeProvider clock)
{
    private double _left = burst;
    private DateTimeOffset _at = clock.GetUtcNow();

    /// <returns>False when the sender has had more than its share.</returns>
    public bool Take()
    {
        var now = clock.GetUtcNow();
        _left = Math.Min(burst, _left + ((now - _at).TotalSeconds * perSecond));
        _at = now;
        if (_left < 1) return false;
        _left--;
        return true;
    }
}
