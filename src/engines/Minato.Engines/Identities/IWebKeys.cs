namespace Minato.Engines.Identities;

/// <summary>Reads small documents that providers of identities publish: their configuration and their keys.</summary>
public interface IWebKeys
{
    /// <param name="address">Of https.</param>
    /// <returns>Null when nobody answered in time, or with more than a few kilobytes.</returns>
    ValueTask<string?> ReadAsync(Uri address, CancellationToken ct);
}
