using System.Collections.Immutable;

namespace Minato.Engines.Functions;

/// <summary>
/// HTTP on this host for functions that stand behind a proxy: a request comes in, whoever opened the entrance makes a call of it. What a
/// request may bring is bounded.
/// </summary>
public interface IFunctionEntrance
{
    /// <summary>The header that says which door a request is for; the proxy sets it, clients cannot.</summary>
    const string DoorHeader = "X-Minato-Door";

    /// <summary>The header of an answer that is not the function's: the proxy answers with its own page of that status instead.</summary>
    const string FaultHeader = "X-Minato-Fault";

    /// <summary>AWS: no body that goes to a function is larger, and no answer of it.</summary>
    const int LargestBody = 1024 * 1024;

    /// <summary>Opens it once; later calls answer where it is.</summary>
    /// <returns>The port at 127.0.0.1.</returns>
    ValueTask<int> OpenAsync(Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>> answer, CancellationToken ct);
}

/// <param name="Path">As it was sent, percent-encoding and all.</param>
/// <param name="Query">What followed the question mark, as it was sent; empty without one.</param>
/// <param name="Headers">In the order they came, names in small letters; one that came twice is here twice.</param>
public sealed record EntranceRequest(
    string Door, string Method, string Path, string Query, ImmutableArray<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Its body is larger than <see cref="IFunctionEntrance.LargestBody"/>, and is not here.</summary>
    public bool IsTooLarge { get; init; }
}

/// <param name="Reason">The phrase behind the status; null for the usual one.</param>
public sealed record EntranceAnswer(int Status, string? Reason, ImmutableArray<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the proxy is to say in its own words that this did not work.</summary>
    public bool IsFault { get; private init; }

    public static EntranceAnswer Fault(int status) => new(status, null, [], ReadOnlyMemory<byte>.Empty) { IsFault = true };
}
