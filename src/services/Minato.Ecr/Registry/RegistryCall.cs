using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Minato.Ecr.State;

namespace Minato.Ecr.Registry;

/// <summary>One request of a client that is logged in.</summary>
internal sealed record RegistryCall(HttpContext Context, RegistrySession Session, RegistryRoute Route)
{
    public Home Home => Session.Home;

    public string PrincipalArn => Session.Caller?.PrincipalArn ?? "";

    public HttpRequest Request => Context.Request;

    public HttpResponse Response => Context.Response;

    public CancellationToken Aborted => Context.RequestAborted;

    public RepositoryKey Repository => new(Home, Route.Name);

    public string? Query(string name) => Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>There are bytes to read, or may be: a chunked body does not say.</summary>
    public bool MayHaveBody => Request.ContentLength is not 0 && Context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false;

    /// <summary>Layers have no limit here; they are streamed.</summary>
    public void LiftBodyLimit()
    {
        if (Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
    }

    /// <summary>Answers 304 when the client has this already.</summary>
    public bool IsKnown(string digest)
    {
        var tag = $"\"{digest}\"";
        Response.Headers.ETag = tag;
        if (!Request.Headers.IfNoneMatch.Any(v => v is not null && (v == "*" || v.Contains(tag, StringComparison.Ordinal)))) return false;
        Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    public void Answer(int status, string? location = null, string? digest = null)
    {
        Response.StatusCode = status;
        if (location is not null) Response.Headers.Location = location;
        if (digest is not null) Response.Headers["Docker-Content-Digest"] = digest;
        if (status != StatusCodes.Status204NoContent) Response.ContentLength = 0;
    }

    public static async Task WriteJsonAsync(HttpResponse response, int status, string contentType, Action<Utf8JsonWriter> write, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.BodyWriter.WriteAsync(buffer.WrittenMemory, ct);
    }

    /// <returns>First and last byte, inclusive; null when the header is missing.</returns>
    /// <exception cref="RegistryException">The header cannot be read.</exception>
    public (long First, long Last)? ContentRange()
    {
        if (Request.Headers.ContentRange.ToString() is not { Length: > 0 } header) return null;
        // The specification's form is "0-99"; some clients write HTTP's "bytes 0-99/*".
        var range = header.Replace("bytes", "", StringComparison.OrdinalIgnoreCase).Trim().Split('/')[0].Split('-');
        if (range is [var from, var to] && long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && first <= last) return (first, last);
        throw new RegistryException(400, "BLOB_UPLOAD_INVALID", $"The Content-Range '{header}' cannot be read.");
    }
}
