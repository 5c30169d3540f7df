using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Signing;

namespace Minato.Aws.Tests.Given;

/// <summary>One request to an endpoint, without sockets.</summary>
internal sealed record Exchange(int Status, IHeaderDictionary Headers, string Text)
{
    public static Credential Root { get; } = new("AKIACONFORMANCE", "secret", null, "123456789012", "arn:aws:iam::123456789012:root", "123456789012");

    /// <summary>A request to be sent, still unsigned.</summary>
    public static WireOutput Request(string body, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = new WireOutput { Headers = new HeaderDictionary() };
        request.Headers.Host = "127.0.0.1:4566";
        request.Body.Append(body);
        foreach (var (name, value) in headers) request.Headers[name] = value;
        return request;
    }

    public static WireOutput Json(string target, string body) =>
        Request(body, ("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.1"));

    public static WireOutput Form(string body) => Request(body, ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"));

    public static async Task<Exchange> SignedAsync(AwsEndpoint endpoint, WireOutput request, string service, Credential? credential = null, DateTimeOffset? at = null)
    {
        RequestSigner.Sign(request, credential ?? Root, "eu-west-1", service, at ?? DateTimeOffset.UtcNow);
        return await SendAsync(endpoint, request);
    }

    public static async Task<Exchange> SendAsync(AwsEndpoint endpoint, WireOutput request)
    {
        var body = request.Body.Span.ToArray();
        using var answer = new MemoryStream();
        var features = new FeatureCollection();
        var message = new HttpRequestFeature
        {
            Method = request.Method,
            RawTarget = request.Query.Length > 0 ? $"{request.Path}?{request.Query}" : request.Path,
            Path = request.Path,
            QueryString = request.Query.Length > 0 ? $"?{request.Query}" : "",
            Headers = new HeaderDictionary(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(request.Headers, StringComparer.OrdinalIgnoreCase)) { ContentLength = body.Length },
        };
        features.Set<IHttpRequestFeature>(message);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        features.Set<IRequestBodyPipeFeature>(new BodyFeature(body));
        var context = new DefaultHttpContext(features);
        await endpoint.HandleAsync(context);
        await context.Response.BodyWriter.FlushAsync();
        return new(context.Response.StatusCode, context.Response.Headers, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private sealed class BodyFeature(byte[] body) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(body));
    }
}
