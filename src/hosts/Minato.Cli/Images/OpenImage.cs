using Minato.Engines.Scanning;

namespace Minato.Cli.Images;

/// <summary>An image that can be read, wherever it is.</summary>
/// <param name="Digest">Of its manifest; of its configuration for what <c>docker save</c> wrote.</param>
internal sealed record OpenImage(ScanRequest Request, string Digest, IDisposable Held) : IDisposable
{
    public void Dispose() => Held.Dispose();
}
