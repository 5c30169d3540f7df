using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Minato.Platform;

namespace Minato.Ec2.Inside;

/// <summary>
/// Session tokens of the metadata service: an end and a seal over it and the instance. Nothing is stored; after a restart whoever has one is
/// refused and asks for another, as SDKs do.
/// </summary>
internal sealed class MetadataTokens(Ids ids, TimeProvider clock)
{
    public const int LongestSeconds = 21600;
    private const int SecondsLength = sizeof(long);

    private readonly byte[] _key = Encoding.UTF8.GetBytes(ids.UrlSafe(32));

    public string Issue(string instance, int seconds)
    {
        var token = new byte[SecondsLength + HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(token, clock.GetUtcNow().ToUnixTimeSeconds() + seconds);
        Seal(instance, token.AsSpan(0, SecondsLength), token.AsSpan(SecondsLength));
        return Convert.ToBase64String(token);
    }

    public bool IsGood(string instance, string token)
    {
        var bytes = new byte[SecondsLength + HMACSHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64String(token, bytes, out var length) || length != bytes.Length) return false;
        var seal = new byte[HMACSHA256.HashSizeInBytes];
        Seal(instance, bytes.AsSpan(0, SecondsLength), seal);
        return CryptographicOperations.FixedTimeEquals(seal, bytes.AsSpan(SecondsLength))
            && BinaryPrimitives.ReadInt64BigEndian(bytes) > clock.GetUtcNow().ToUnixTimeSeconds();
    }

    private void Seal(string instance, ReadOnlySpan<byte> end, Span<byte> seal) => HMACSHA256.HashData(_key, [.. end, .. Encoding.UTF8.GetBytes(instance)], seal);
}
