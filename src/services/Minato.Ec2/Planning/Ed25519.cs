using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Minato.Ec2.Planning;

/// <summary>
/// Public keys of Ed25519 (RFC 8032), a curve that .NET does not have: as much of it as a new key pair takes. Nothing is signed or verified with it
/// here, and its time depends on the secret: whoever could measure that sits on the machine that makes the secret.
/// </summary>
internal static class Ed25519
{
    public const int KeyLength = 32;
    private const int Bits = 255;

    private static readonly BigInteger s_prime = BigInteger.Pow(2, Bits) - 19;
    private static readonly BigInteger s_d = -121665 * Inverse(121666);
    private static readonly Point s_base = Point.At(
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202", CultureInfo.InvariantCulture),
        BigInteger.Parse("46316835694926478169428394003475163141307993866256225615783033603165251855960", CultureInfo.InvariantCulture));

    /// <param name="seed">The private key: <see cref="KeyLength"/> bytes.</param>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        var hash = SHA512.HashData(seed);
        hash[0] &= 248;
        hash[KeyLength - 1] &= 127;
        hash[KeyLength - 1] |= 64;
        var scalar = new BigInteger(hash.AsSpan(0, KeyLength), isUnsigned: true);
        CryptographicOperations.ZeroMemory(hash);
        var point = Point.At(0, 1);
        for (var bit = Bits - 1; bit >= 0; bit--)
        {
            point = point.Plus(point);
            var more = point.Plus(s_base);
            if (!((scalar >> bit) & 1).IsZero) point = more;
        }
        return point.Encoded();
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, s_prime - 2, s_prime);

    /// <summary>A point of the curve in extended coordinates.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        public static Point At(BigInteger x, BigInteger y) => new(x, y, 1, x * y % s_prime);

        public Point Plus(Point other)
        {
            var a = (Y - X) * (other.Y - other.X) % s_prime;
            var b = (Y + X) * (other.Y + other.X) % s_prime;
            var c = 2 * T * other.T % s_prime * s_d % s_prime;
            var d = 2 * Z * other.Z % s_prime;
            var (e, f, g, h) = (b - a, d - c, d + c, b + a);
            return new(e * f % s_prime, g * h % s_prime, f * g % s_prime, e * h % s_prime);
        }

        public byte[] Encoded()
        {
            var over = Inverse(Positive(Z));
            var (x, y) = (Positive(X * over), Positive(Y * over));
            var bytes = new byte[KeyLength];
            y.TryWriteBytes(bytes, out _, isUnsigned: true);
            if (!x.IsEven) bytes[^1] |= 128;
            return bytes;
        }

        private static BigInteger Positive(BigInteger value) => (value % s_prime + s_prime) % s_prime;
    }
}
