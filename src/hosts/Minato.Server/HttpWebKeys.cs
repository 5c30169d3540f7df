using Minato.Engines.Identities;

namespace Minato.Server;

/// <summary>Documents of providers of identities, over HTTPS: small ones, at once, and from where the address says.</summary>
internal sealed class HttpWebKeys : IWebKeys, IDisposable
{
    private const int LargestDocument = 256 * 1024;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = LargestDocument,
    };

    public async ValueTask<string?> ReadAsync(Uri address, CancellationToken ct)
    {
        try
        {
            return await _http.GetStringAsync(address, ct);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
