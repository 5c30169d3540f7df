using Microsoft.AspNetCore.Http;
using Minato.Ecr.Registry;

namespace Minato.Ecr;

/// <summary>The OCI distribution protocol. Give it every request whose path is <c>/v2</c> or below; authentication is its own.</summary>
public sealed class RegistryEndpoint
{
    private readonly RegistryHandler _handler;

    internal RegistryEndpoint(RegistryHandler handler) => _handler = handler;

    /// <summary>Always answers, and never throws for what a client did.</summary>
    public Task HandleAsync(HttpContext context) => _handler.HandleAsync(context);
}
