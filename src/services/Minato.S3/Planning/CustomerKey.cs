using System.Security.Cryptography;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>A key that came with a request (SSE-C). It is used and forgotten: what is kept only tells whether a later one is the same.</summary>
internal sealed class CustomerKey
{
    public const string Algorithm = "AES256";
    private const int Length = 32;
    private const int SaltLength = 16;
    private const string Specifying = "Requests specifying Server Side Encryption with Customer provided keys must provide";

    private CustomerKey(byte[] bytes, string md5) => (Bytes, Md5) = (bytes, md5);

    public byte[] Bytes { get; }

    /// <summary>In base64, as requests and answers say it.</summary>
    public string Md5 { get; }

    /// <returns>Null for a request that says nothing of a key.</returns>
    public static CustomerKey? Of(string? algorithm, string? key, string? md5)
    {
        if (algorithm is null && key is null && md5 is null) return null;
        if (algorithm is null) throw Invalid($"{Specifying} a valid encryption algorithm.", "x-amz-server-side-encryption");
        if (algorithm is not Algorithm)
            throw new S3Exception("InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid. Supported value: AES256.", 400, ("ArgumentName", "x-amz-server-side-encryption"), ("ArgumentValue", algorithm));
        if (key is null) throw Invalid($"{Specifying} an appropriate secret key.", "x-amz-server-side-encryption");
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length)) throw Invalid("The secret key was invalid for the specified algorithm.", "x-amz-server-side-encryption");
#pragma warning disable CA5351 // AWS: clients send this sum of the key so that a slip on the way is noticed.
        var computed = Convert.ToBase64String(MD5.HashData(bytes.AsSpan(0, length)));
#pragma warning restore CA5351
        if (md5 is not null && md5 != computed) throw Invalid("The calculated MD5 hash of the key did not match the hash that was provided.", "x-amz-server-side-encryption");
        return length == Length ? new(bytes[..length], computed) : throw Invalid("The secret key was invalid for the specified algorithm.", "x-amz-server-side-encryption");
    }

    public static void CheckAlone(CustomerKey? key, ServerSideEncryption? asked)
    {
        if (key is not null && asked is not null)
            throw Invalid("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", "x-amz-server-side-encryption");
    }

    public KeyProof Prove(Platform.Ids ids)
    {
        var salt = new byte[SaltLength];
        ids.Fill(salt);
        return new(salt, HMACSHA256.HashData(Bytes, salt));
    }

    /// <summary>Whoever reads must bring the key of the writer, and none where there was none.</summary>
    public static void CheckRead(KeyProof? kept, CustomerKey? given)
    {
        if (kept is null && given is not null) throw S3Errors.BadRequest("The encryption parameters are not applicable to this object.");
        if (kept is not null && given is null)
            throw S3Errors.BadRequest("The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        if (kept is not null && given is not null && !given.IsOf(kept)) throw new S3Exception("AccessDenied", $"{Specifying} the correct secret key.", 403);
    }

    /// <summary>Every part must come with the key that the upload was begun with.</summary>
    public static void CheckPart(KeyProof? kept, CustomerKey? given)
    {
        if ((kept is null) != (given is null))
            throw S3Errors.BadRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.");
        if (kept is not null && given is not null && !given.IsOf(kept)) throw S3Errors.BadRequest("The provided encryption parameters did not match the ones used originally.");
    }

    private bool IsOf(KeyProof kept) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Bytes, kept.Salt), kept.Hash);

    private static S3Exception Invalid(string message, string argument) => S3Errors.Invalid(message, ("ArgumentName", argument), ("ArgumentValue", "null"));
}
