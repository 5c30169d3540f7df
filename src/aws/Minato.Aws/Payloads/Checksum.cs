using System.Security.Cryptography;

namespace Minato.Aws.Payloads;

/// <summary>A checksum made of content as it passes by. The algorithms are those that S3 names, save the XXHASH family.</summary>
public abstract class Checksum : IDisposable
{
    /// <summary>As the API spells them, the one S3 makes when nobody asks first.</summary>
    public static readonly string[] Names = ["CRC64NVME", "CRC32", "CRC32C", "SHA1", "SHA256", "SHA512", "MD5"];

    /// <returns>Null for an algorithm that is not known here.</returns>
    public static Checksum? Of(string name) => name switch
    {
        "CRC32" => new CyclicChecksum(Crc.Crc32),
        "CRC32C" => new CyclicChecksum(Crc.Crc32C),
        "CRC64NVME" => new CyclicChecksum(Crc.Crc64Nvme),
        "SHA1" => new HashChecksum(HashAlgorithmName.SHA1),
        "SHA256" => new HashChecksum(HashAlgorithmName.SHA256),
        "SHA512" => new HashChecksum(HashAlgorithmName.SHA512),
        "MD5" => new HashChecksum(HashAlgorithmName.MD5),
        _ => null,
    };

    /// <summary>Of what is in memory already.</summary>
    public static byte[] Compute(string name, ReadOnlySpan<byte> content)
    {
        using var checksum = Of(name) ?? throw new ArgumentException($"{name} is not known.", nameof(name));
        checksum.Append(content);
        return checksum.Finish();
    }

    public abstract void Append(ReadOnlySpan<byte> content);

    /// <summary>Of all that was appended, most significant byte first.</summary>
    public abstract byte[] Finish();

    public virtual void Dispose() => GC.SuppressFinalize(this);

    private sealed class CyclicChecksum(Crc crc) : Checksum
    {
        private ulong _state = crc.Start;

        public override void Append(ReadOnlySpan<byte> content) => _state = crc.Append(_state, content);

        public override byte[] Finish() => crc.ToBytes(crc.End(_state));
    }

    private sealed class HashChecksum(HashAlgorithmName name) : Checksum
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public override void Append(ReadOnlySpan<byte> content) => _hash.AppendData(content);

        public override byte[] Finish() => _hash.GetCurrentHash();

        public override void Dispose()
        {
            _hash.Dispose();
            base.Dispose();
        }
    }
}
