using System.Net.Http.Headers;
using System.Text;

namespace Minato.Engines.Functions;

/// <summary>
/// Functions that live behind HTTP: the payload is posted, the body of the answer is what the function returned. The emulator in an
/// AWS Lambda base image answers so as it is.
/// </summary>
internal sealed class HttpFunctionEngine(FunctionTargets targets) : IFunctionEngine, IDisposable
{
    // AWS: no function runs for longer.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    // AWS: a function may return this much.
    private const int LargestAnswer = 6 * 1024 * 1024;
    private const string ErrorHeader = "X-Amz-Function-Error";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = s_longest, MaxResponseContentBufferSize = LargestAnswer,
    };

    public async ValueTask<FunctionOutcome> InvokeAsync(string functionArn, string payload, CancellationToken ct)
    {
        if (targets.Find(functionArn) is not { } address) return new FunctionOutcome.Unknown();
        try
        {
            using var content = new StringContent(payload, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var answer = await _http.PostAsync(address, content, ct);
            var body = await answer.Content.ReadAsStringAsync(ct);
            if (answer.Headers.Contains(ErrorHeader)) return new FunctionOutcome.Failed($"the function returned an error: {Short(body)}");
            return answer.IsSuccessStatusCode ? new FunctionOutcome.Returned(body) : new FunctionOutcome.Failed($"it answered with HTTP status {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return new FunctionOutcome.Failed($"it could not be reached: {e.Message}") { IsOutOfReach = true };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new FunctionOutcome.Failed($"it did not answer within {s_longest.TotalMinutes} minutes.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Short(string body)
    {
        const int most = 200;
        return body.Length <= most ? body : body[..most];
    }
}
