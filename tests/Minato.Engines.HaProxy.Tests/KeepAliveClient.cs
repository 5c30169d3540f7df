using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>A client that keeps its connection and never tries twice: whatever it is not told beforehand it counts as a failure.</summary>
/// <param name="from">The address it asks from; null leaves it to the host.</param>
/// <param name="certificate">What it shows of itself, over TLS.</param>
internal sealed class KeepAliveClient(IPEndPoint server, bool isTls = false, IPAddress? from = null, X509Certificate2? certificate = null) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private Stream? connection;

    /// <summary>The target that gave the last answer.</summary>
    public string? LastServer { get; private set; }

    /// <summary>Headers and body.</summary>
    public string? LastAnswer { get; private set; }

    /// <returns>The status; throws when the connection broke without notice.</returns>
    public async Task<int> GetAsync(string path)
    {
        connection ??= await ConnectAsync();
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: lb.example.com\r\n\r\n"));
        var length = 0;
        while (true)
        {
            var read = await connection.ReadAsync(buffer.AsMemory(length));
            if (read == 0) throw new IOException($"closed after {length} bytes of an answer");
            length += read;
            var text = Encoding.Latin1.GetString(buffer, 0, length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 || length < end + 4 + BodyLength(text[..end])) continue;
            LastAnswer = text;
            LastServer = text[..end].Split('\n').FirstOrDefault(l => l.StartsWith(Target.Name, StringComparison.OrdinalIgnoreCase))?.Split(':')[1].Trim();
            if (text[..end].Contains("connection: close", StringComparison.OrdinalIgnoreCase)) Dispose();
            return int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture);
        }
    }

    public void Dispose()
    {
        connection?.Dispose();
        connection = null;
    }

    private async Task<Stream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(server);
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (!isTls) return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "lb.example.com", RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null, ClientCertificates = certificate is null ? null : [certificate],
        });
        return secure;
    }

    private static int BodyLength(string head)
    {
        const string Name = "content-length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(head[(at + Name.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }
}
