using Microsoft.Extensions.Logging;

namespace Minato.Platform.Files;

/// <summary>Notes where the clock stands, at the start and now and then.</summary>
internal sealed partial class ClockKeeper(SteadyTime clock, ClockFile file, ILogger<ClockKeeper> log) : IRoomService
{
    /// <summary>A clock that is set forward and back within it may be forgotten by a crash; one that is set back alone may not.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_worthAWord = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken ct)
    {
        if (clock.Ahead > s_worthAWord) LogAhead(clock.Ahead, file.Path);
        while (true)
        {
            file.Write(clock.Note());
            await Task.Delay(s_every, clock, ct);
        }
    }

    [LoggerMessage(1040, LogLevel.Warning, "The machine's clock is {Behind} behind what this installation has seen already: its time goes on slower until that has caught up. "
        + "If the clock was wrong before, stop the server and remove {File}")]
    private partial void LogAhead(TimeSpan behind, string file);
}
