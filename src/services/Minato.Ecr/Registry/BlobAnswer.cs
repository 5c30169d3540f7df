using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Minato.Ecr.Registry;

/// <summary>Gives out a blob or a range of it, piece by piece.</summary>
internal static class BlobAnswer
{
    private const int Buffer = 256 * 1024; // For each pull.

    public static async Task SendAsync(RegistryCall call, Stream content, string digest)
    {
        var (length, response) = (content.Length, call.Response);
        response.ContentType = "application/octet-stream";
        response.Headers.AcceptRanges = "bytes";
        var (from, count) = (0L, length);
        if (RangeOf(call, digest) is { } asked)
        {
            if (Limits(asked, length) is not var (first, last))
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
                response.ContentLength = 0;
                return;
            }

            (from, count) = (first, last - first + 1);
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{length}");
        }

        response.ContentLength = count;
        content.Position = from;
        await CopyAsync(content, response, count, call.Aborted);
    }

    // Several ranges at a time nobody asks for: the whole answers them, as it may.
    private static RangeItemHeaderValue? RangeOf(RegistryCall call, string digest)
    {
        if (!RangeHeaderValue.TryParse(call.Request.Headers.Range.ToString(), out var range) || range.Unit != "bytes" || range.Ranges.Count != 1) return null;
        var condition = call.Request.Headers.IfRange.ToString();
        return condition.Length == 0 || condition == $"\"{digest}\"" ? range.Ranges.First() : null;
    }

    /// <returns>First and last byte; null when there are none.</returns>
    private static (long First, long Last)? Limits(RangeItemHeaderValue range, long length) => (range.From, range.To) switch
    {
        ({ } from, var to) => from < length ? (from, Math.Min(to ?? length - 1, length - 1)) : null,
        (null, { } last) => last > 0 && length > 0 ? (Math.Max(0, length - last), length - 1) : null,
        _ => null,
    };

    // The file is read into the memory that the connection sends from: nothing is copied in between.
    private static async Task CopyAsync(Stream content, HttpResponse response, long count, CancellationToken ct)
    {
        await response.StartAsync(ct);
        var body = response.BodyWriter;
        while (count > 0)
        {
            var memory = body.GetMemory(Buffer);
            var read = await content.ReadAsync(memory[..(int)Math.Min(memory.Length, count)], ct);
            if (read == 0) throw new IOException("The blob ended early.");
            body.Advance(read);
            count -= read;
            await body.FlushAsync(ct);
        }
    }
}
