namespace Minato.Platform;

/// <summary>
/// Keeps values unreadable at rest: what a room stores of a secret is sealed. One key of the installation stands behind it until a key
/// service takes its place.
/// </summary>
public interface ISealer
{
    /// <param name="plain">What is to be kept.</param>
    /// <param name="context">Where it belongs, e.g. an ARN and a version: it opens nowhere else.</param>
    byte[] Seal(ReadOnlySpan<byte> plain, string context);

    /// <exception cref="SealBrokenException">Changed, of another installation, or of another context.</exception>
    byte[] Open(ReadOnlySpan<byte> closed, string context);
}

/// <summary>A sealed value does not open.</summary>
public sealed class SealBrokenException(Exception? inner = null)
    : Exception("A sealed value does not open with this installation's key.", inner);
