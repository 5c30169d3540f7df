using Microsoft.AspNetCore.Http;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>An HTTP message to read: a request at the server, an answer at the client.</summary>
internal sealed class WireInput
{
    public string Method { get; init; } = "POST";

    /// <summary>As sent, with its percent signs.</summary>
    public string Path { get; init; } = "/";

    /// <summary>What tells the operation: the path with what stands in the host's name instead.</summary>
    public string RoutePath { get => field ?? Path; init; }

    /// <summary>As sent, without the question mark.</summary>
    public string Query { get; init; } = "";
    public int Status { get; init; } = 200;
    public required IHeaderDictionary Headers { get; init; }
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The body as it was sent, when that differs: compressed, or in chunks.</summary>
    public ReadOnlyMemory<byte> SignedBody { get; set; }

    /// <summary>The body of a message whose shape is of any length; the others' stand in <see cref="Body"/>.</summary>
    public Stream? Stream { get; set; }

    /// <summary>Values of the labels in the request's path, as the router found them.</summary>
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>The body of a query request, once it was parsed to find the action in it.</summary>
    public QueryParameters? Form { get; set; }
    public Violations Violations { get; init; } = Violations.Ignored;
}

/// <summary>An HTTP message to write: an answer at the server, a request at the client.</summary>
internal sealed class WireOutput : IDisposable
{
    public string Method { get; set; } = "POST";
    public string Path { get; set; } = "/";
    public string Query { get; set; } = "";
    public int Status { get; set; } = 200;
    public required IHeaderDictionary Headers { get; init; }
    public PooledBuffer Body { get; } = new();

    /// <summary>Stands for the body when that is of any length.</summary>
    public Stream? Stream { get; set; }

    /// <summary>Forgets what was written of the body.</summary>
    public void ClearBody()
    {
        Body.Clear();
        Stream?.Dispose();
        Stream = null;
    }

    public void Dispose()
    {
        Body.Dispose();
        Stream?.Dispose();
    }
}
