using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;
using Minato.Aws.Signing;

namespace Minato.Aws;

/// <summary>
/// Speaks to an endpoint over HTTP, Minato's or AWS's own. Errors come as the service's modelled exceptions; whoever calls
/// decides what to try again. Of the caller only the region counts: the credential says who it is.
/// </summary>
public sealed class AwsClient(HttpClient http, Uri endpoint, Credential credential, string region, TimeProvider clock) : IAwsInvoker
{
    private static readonly Credential s_nobody = new("", "", null, "", "", "");
    private Func<CancellationToken, ValueTask<Credential>> _credential = _ => new(credential);

    /// <param name="credential">Asked for at every request: whoever gives it knows when temporary ones have to be renewed.</param>
    public static AwsClient Renewing(HttpClient http, Uri endpoint, Func<CancellationToken, ValueTask<Credential>> credential, string region, TimeProvider clock) =>
        new(http, endpoint, s_nobody, region, clock) { _credential = credential };

    /// <param name="caller">Its region is used instead of the client's own unless it is empty.</param>
    /// <exception cref="AwsException">The service refused.</exception>
    /// <exception cref="HttpRequestException">Nobody answered, or not in the service's protocol.</exception>
    public async Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>
    {
        var protocol = WireProtocol.Of(service.Protocols[0], service);
        using var output = new WireOutput { Headers = new HeaderDictionary() };
        output.Headers.Host = endpoint.IsDefaultPort ? endpoint.Host : $"{endpoint.Host}:{endpoint.Port}";
        protocol.WriteRequest(service, operation, request, output);
        RequestSigner.Sign(output, await _credential(ct), caller.Region.Length > 0 ? caller.Region : region, service.SigningName, clock.GetUtcNow());
        using var message = ToMessage(output);
        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ct);
        // Whoever takes the stream ends the answer by disposing it.
        var streams = response.IsSuccessStatusCode && operation.OutputSchema.StreamsPayload;
        using var whole = streams ? null : response;
        var answer = new WireInput
        {
            Status = (int)response.StatusCode, Headers = HeadersOf(response), Stream = streams ? await response.Content.ReadAsStreamAsync(ct) : null,
            Body = streams ? default : await response.Content.ReadAsByteArrayAsync(ct),
        };
        try
        {
            if (!response.IsSuccessStatusCode) throw protocol.ReadError(service, answer);
            return (TOut)protocol.ReadAnswer(service, operation, answer);
        }
        catch (MalformedException e)
        {
            throw new HttpRequestException($"{endpoint} did not answer {service.ServiceId} {operation.Name} in its protocol.", e, response.StatusCode);
        }
    }

    private HttpRequestMessage ToMessage(WireOutput output)
    {
        var target = $"{endpoint.GetLeftPart(UriPartial.Authority)}{output.Path}{(output.Query.Length > 0 ? "?" : "")}{output.Query}";
        var message = new HttpRequestMessage(new(output.Method), new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (output.Stream is { } stream) message.Content = new StreamContent(stream);
        else if (output.Body.Length > 0 || output.Method is not ("GET" or "HEAD" or "DELETE")) message.Content = new ByteArrayContent(output.Body.Span.ToArray());
        foreach (var (name, values) in output.Headers)
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray())) message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        return message;
    }

    private static HeaderDictionary HeadersOf(HttpResponseMessage response)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers)) headers[name] = values.ToArray();
        return headers;
    }
}
