namespace Minato.Cli.Running;

internal static class LocalHttp
{
    /// <summary>For what runs on this machine: the proxy that leads to the internet does not know it.</summary>
    public static HttpClient New() => new(new SocketsHttpHandler { UseProxy = false });
}
