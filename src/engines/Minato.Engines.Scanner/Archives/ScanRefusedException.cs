namespace Minato.Engines.Scanner.Archives;

/// <summary>The content cannot be read any further; the message is a sentence for the person who pushed it.</summary>
internal sealed class ScanRefusedException : Exception
{
    public ScanRefusedException(string message, bool isUnsupported = false) : base(message) => IsUnsupported = isUnsupported;

    public ScanRefusedException(string message, Exception cause) : base(message, cause) { }

    /// <summary>A format nobody here reads, rather than broken content or a limit.</summary>
    public bool IsUnsupported { get; }
}
