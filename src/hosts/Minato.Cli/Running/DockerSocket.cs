using System.Net.Sockets;

namespace Minato.Cli.Running;

/// <summary>Where the Docker Engine of this machine listens, by the rule of the server.</summary>
internal static class DockerSocket
{
    private const string Scheme = "unix://";

    private static string? Named => Environment.GetEnvironmentVariable("DOCKER_HOST") is { } host && host.StartsWith(Scheme, StringComparison.Ordinal) ? host[Scheme.Length..] : null;

    /// <summary>DOCKER_HOST says so: whoever set it starts that engine himself.</summary>
    public static bool IsNamed => Named is not null;

    public static string Path => Named ?? "/var/run/docker.sock";

    /// <returns>Why it does not answer; null when it does.</returns>
    public static SocketError? Trouble()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(Path));
            return null;
        }
        catch (SocketException e) { return e.SocketErrorCode; }
    }
}
