using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Minato.Engines.Docker;

internal sealed partial class DockerClient
{
    /// <summary>A call after which the connection itself carries bytes both ways. Disposing the answer closes it.</summary>
    public async Task<HttpResponseMessage> HijackAsync<T>(string path, T body, JsonTypeInfo<T> json, CancellationToken ct)
    {
        using var deadline = Deadline.In(options.CallTimeout, ct);
        return await GuardAsync(deadline, async token =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, version + path)
            {
                Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, json)) { Headers = { ContentType = new("application/json") } },
            };
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new("tcp"));
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            if (response.StatusCode is HttpStatusCode.SwitchingProtocols) return response;
            using (response) throw new DockerException(response.StatusCode, await ReadErrorAsync(response, token));
        });
    }
}
