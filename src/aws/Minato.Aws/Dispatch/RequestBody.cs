using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Protocols;

namespace Minato.Aws.Dispatch;

/// <summary>A request's body in memory, within a limit. Small ones are read where Kestrel put them, without a copy.</summary>
internal sealed class RequestBody : IDisposable
{
    private PipeReader? _held;
    private ReadOnlySequence<byte> _holding;
    private PooledBuffer? _copy;
    private PooledBuffer? _unpacked;

    /// <summary>As sent, which is what was signed.</summary>
    public ReadOnlyMemory<byte> Sent { get; private set; }

    /// <summary>Without the compression it may have been sent in.</summary>
    public ReadOnlyMemory<byte> Content => _unpacked?.Memory ?? Sent;

    /// <returns>False when the body is larger than the limit.</returns>
    public async ValueTask<bool> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        var expected = request.ContentLength;
        if (expected > limit) return false;
        if (expected is 0) return true;
        var pipe = request.BodyReader;
        while (true)
        {
            var result = await pipe.ReadAsync(ct);
            var buffer = result.Buffer;
            var complete = result.IsCompleted || (_copy is null && buffer.Length == expected);
            if (complete && _copy is null && buffer.IsSingleSegment)
            {
                (_held, _holding, Sent) = (pipe, buffer, buffer.First);
                break;
            }
            _copy ??= new((int)Math.Min(expected ?? 4096, limit));
            if (_copy.Length + buffer.Length > limit)
            {
                pipe.AdvanceTo(buffer.End);
                return false;
            }
            foreach (var segment in buffer) _copy.Append(segment.Span);
            pipe.AdvanceTo(buffer.End);
            if (!result.IsCompleted && _copy.Length != expected) continue;
            Sent = _copy.Memory;
            break;
        }
        return request.Headers.ContentEncoding.Count == 0 || !request.Headers.ContentEncoding.Contains("gzip") || TryUnpack(limit);
    }

    // SDKs compress what a service's model lets them; the limit holds for what comes out.
    private bool TryUnpack(int limit)
    {
        var packed = Sent.ToArray();
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        _unpacked = new(packed.Length * 4);
        try
        {
            while (gzip.Read(_unpacked.GetSpan(4096)) is var read and > 0)
            {
                _unpacked.Advance(read);
                if (_unpacked.Length > limit) return false;
            }
        }
        catch (InvalidDataException)
        {
            throw new MalformedException("The body is not gzip.");
        }
        return true;
    }

    public void Dispose()
    {
        _held?.AdvanceTo(_holding.End);
        _copy?.Dispose();
        _unpacked?.Dispose();
        (_held, _copy, _unpacked, Sent) = (null, null, null, default);
    }
}
