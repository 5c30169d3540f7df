using System.Globalization;
using System.Text;

namespace Minato.Engines.Dns.Probing;

/// <summary>The beginning of an HTTP answer, read as far as somebody wants it.</summary>
internal sealed class HttpHead
{
    private const int Longest = 32 * 1024;
    private readonly byte[] _bytes = new byte[Longest];
    private int _length;
    private int _body = -1;

    public int? Status { get; private set; }

    public string Reason { get; private set; } = "";

    public int BodyLength => _body < 0 ? 0 : _length - _body;

    /// <returns>What is there of the body, at most so much of it.</returns>
    public ReadOnlySpan<byte> Body(int most) => _body < 0 ? default : _bytes.AsSpan(_body, Math.Min(most, _length - _body));

    /// <returns>False at the end, and when more would be too much.</returns>
    public async ValueTask<bool> ReadAsync(Stream stream, CancellationToken ct)
    {
        if (_length == Longest) return false;
        var read = await stream.ReadAsync(_bytes.AsMemory(_length), ct);
        if (read == 0) return false;
        _length += read;
        ReadStatus();
        if (_body < 0 && _bytes.AsSpan(0, _length).IndexOf("\r\n\r\n"u8) is >= 0 and var end) _body = end + 4;
        return true;
    }

    private void ReadStatus()
    {
        const int Code = 9; // "HTTP/1.1 200"
        if (Status is not null || _bytes.AsSpan(0, _length).IndexOf((byte)'\n') is not (>= Code + 3 and var end)) return;
        var line = _bytes.AsSpan(0, end).TrimEnd((byte)'\r');
        if (!line.StartsWith("HTTP/1."u8) || !int.TryParse(line.Slice(Code, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return;
        Status = status;
        Reason = Encoding.Latin1.GetString(line[Math.Min(line.Length, Code + 4)..]);
    }
}
