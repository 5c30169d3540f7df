using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Minato.Ecr.Registry;

/// <summary>Gives out a blob or a range of it: reads ahead by one buffer while the one before is on its way.</summary>
internal static class BlobAnswer
{
    private const int Buffer = 256 * 1024; // Two of them for each pull.

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
        await CopyAsync(content, response.Body, count, call.Aborted);
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

    private static async Task CopyAsync(Stream content, Stream body, long count, CancellationToken ct)
    {
        var (full, free) = (ArrayPool<byte>.Shared.Rent(Buffer), ArrayPool<byte>.Shared.Rent(Buffer));
        var reading = Task.FromResult(0);
        try
        {
            reading = ReadAsync(content, full, count, ct);
            while (await reading is > 0 and var read)
            {
                count -= read;
                reading = ReadAsync(content, free, count, ct);
                await body.WriteAsync(full.AsMemory(0, read), ct);
                (full, free) = (free, full);
            }

            if (count > 0) throw new IOException("The blob ended early.");
        }
        finally
        {
            await Task.WhenAny(reading); // Nobody may have a buffer that is still read into.
            ArrayPool<byte>.Shared.Return(full);
            ArrayPool<byte>.Shared.Return(free);
        }
    }

    private static async Task<int> ReadAsync(Stream content, byte[] buffer, long most, CancellationToken ct) =>
        most == 0 ? 0 : await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most)), ct);
}
