namespace Minato.Cli.Sessions;

/// <summary>A terminal ends lines with CR LF; a pipe wants back the LF that the process wrote.</summary>
internal sealed class PlainLines
{
    private bool _hasReturn;

    public ReadOnlyMemory<byte> Take(ReadOnlySpan<byte> bytes)
    {
        var plain = new byte[bytes.Length + 1];
        var length = 0;
        foreach (var b in bytes)
        {
            if (_hasReturn && b != '\n') plain[length++] = (byte)'\r';
            _hasReturn = b == '\r';
            if (!_hasReturn) plain[length++] = b;
        }
        return plain.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Rest() => _hasReturn ? new[] { (byte)'\r' } : default(ReadOnlyMemory<byte>);
}
