using System.Collections.Immutable;

namespace Minato.Engines.Simulated;

/// <summary>A request of a client, as far as routing sees it.</summary>
public sealed record ProxyCall
{
    public string Method { get; init; } = "GET";
    public string Host { get; init; } = "lb.example.com";

    /// <summary>Without the query.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Without the question mark.</summary>
    public string Query { get; init; } = "";
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];
    public string SourceIp { get; init; } = "127.0.0.1";
}

/// <param name="Server">Id of the target that answered; null when the proxy did.</param>
/// <param name="Seen">What the target saw, as <c>Name: value</c> lines; null where nobody looks.</param>
public sealed record ProxyAnswer(int Status, string? Server, string? Location = null, string? ContentType = null, string? Body = null, string? Seen = null)
{
    /// <summary>Cookies that were set, as <c>Name=value</c> without their attributes.</summary>
    public ImmutableArray<string> Cookies { get; init; } = [];

    /// <summary>Host, path and query as the target was asked: <c>host/path?query</c>; null when the proxy answered.</summary>
    public string? AskedFor { get; init; }

    /// <summary>A header of the answer that a listener sets, if it does.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];
}
