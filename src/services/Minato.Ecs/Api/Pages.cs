using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

/// <summary>Pages of list operations.</summary>
internal static class Pages
{
    private const int Most = 100;

    public static int Size(int? asked) => asked switch
    {
        null => Most,
        < 1 or > Most => throw new InvalidParameterException($"maxResults must be between 1 and {Most}."),
        var size => size.Value,
    };

    /// <returns>Where the last page ended; null for the first page.</returns>
    public static string? Position(this PageTokens tokens, string operation, string? token)
    {
        if (string.IsNullOrEmpty(token)) return null;
        return tokens.Decode(operation, token) ?? throw new InvalidParameterException("Invalid token");
    }

    /// <summary>One page of what comes after the position, and the token of the next one.</summary>
    public static (ImmutableArray<T> Items, string? Next) Page<T>(
        this PageTokens tokens, string operation, IEnumerable<T> rest, int? asked, Func<T, string> position)
    {
        var size = Size(asked);
        var items = rest.Take(size + 1).ToImmutableArray();
        return items.Length <= size
            ? (items, null)
            : (items.RemoveAt(size), tokens.Encode(operation, position(items[size - 1])));
    }
}
