namespace Minato.Aws.Protocols;

/// <summary>A body that cannot be read as what it says it is. Each protocol has its own code for this.</summary>
internal sealed class MalformedException(string? message = null) : Exception(message)
{
    /// <summary>Nesting beyond this is refused: no service's shapes go near it.</summary>
    public const int DeepestNesting = 128;

    /// <summary>Null where AWS says no more than the code.</summary>
    public string? Explanation { get; } = message;
}
