using System.Net;

namespace Minato.Engines.Docker;

/// <summary>The daemon refused. The message is in its own words.</summary>
internal sealed class DockerException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    public bool IsConflict => Status == HttpStatusCode.Conflict;
}
