namespace Minato.Platform;

/// <summary>
/// Something that is written in the same transaction as the first change that a flow of calls makes: both are durable or neither is, at the cost of one
/// write. It goes with the flow, to whatever that awaits, and is written once.
/// </summary>
public sealed class Rider
{
    private static readonly AsyncLocal<Rider?> s_ofFlow = new();

    private Action<Transaction>? _write;

    private Rider(Action<Transaction> write) => _write = write;

    /// <summary>Done when it is durable, failed when it was refused with the change it was written with; null while the flow has changed nothing.</summary>
    public Task? Written { get; private set; }

    /// <summary>Lets it ride with the caller's flow from here on, in place of what rode before.</summary>
    /// <param name="write">As the body of a transaction: quick and pure. It may run at any time until <see cref="Leave"/>.</param>
    public static Rider Board(Action<Transaction> write) => s_ofFlow.Value = new(write);

    /// <summary>From here on it is not written any more.</summary>
    public void Leave() => Interlocked.Exchange(ref _write, null);

    /// <returns>The one of this flow that is to be written with a change, no second time; null for none.</returns>
    internal static Rider? Take(Transaction changed)
    {
        if (s_ofFlow.Value is not { } rider || Interlocked.Exchange(ref rider._write, null) is not { } write) return null;
        write(changed);
        return rider;
    }

    internal void WrittenWith(Task decided) => Written = decided;
}
