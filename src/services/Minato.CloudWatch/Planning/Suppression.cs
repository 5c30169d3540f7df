using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <summary>When actions of a composite alarm that has a suppressor may be carried out.</summary>
internal static class Suppression
{
    /// <param name="changedAt">When the composite alarm changed its state.</param>
    /// <param name="suppressor">The suppressor's state, and since when; null when there is no such alarm.</param>
    /// <param name="wait">How long the suppressor has to go into ALARM.</param>
    /// <param name="extension">How long actions are held back after it has left ALARM.</param>
    /// <returns>Null while they are held back.</returns>
    public static DateTimeOffset? ReleaseAt(DateTimeOffset changedAt, (StateValue State, DateTimeOffset Since)? suppressor, TimeSpan wait, TimeSpan extension)
    {
        if (suppressor is not var (state, since)) return changedAt;
        if (state is StateValue.Alarm) return null;
        // It left ALARM after the change, or so shortly before that the extension still runs.
        var after = since + extension;
        return after > changedAt + wait ? after : changedAt + wait;
    }
}
