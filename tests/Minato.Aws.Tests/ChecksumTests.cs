using System.Text;
using Minato.Aws.Payloads;

namespace Minato.Aws.Tests;

public sealed class ChecksumTests
{
    // The check values of the catalogues of these codes.
    [Theory]
    [InlineData("CRC32", "cbf43926"), InlineData("CRC32C", "e3069283"), InlineData("CRC64NVME", "ae8b14860a799888"), InlineData("MD5", "25f9e794323b453885f5181f1b624d0b"), InlineData("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441")]
    public void Known_values(string name, string hex)
    {
        using var checksum = Checksum.Of(name).ShouldNotBeNull();
        checksum.Append("12345"u8);
        checksum.Append("6789"u8);
        Convert.ToHexStringLower(checksum.Finish()).ShouldBe(hex);
    }

    [Fact]
    public void Unknown_names_have_none() => Checksum.Of("XXHASH64").ShouldBeNull();

    [Theory, InlineData(0, 5), InlineData(5, 0), InlineData(1, 1), InlineData(1000, 7), InlineData(3, 100_003)]
    public void Two_pieces_combine_to_the_whole(int first, int second)
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, first + second).Select(i => (char)('a' + i % 23))));
        foreach (var (name, crc) in new[] { ("CRC32", Crc.Crc32), ("CRC32C", Crc.Crc32C), ("CRC64NVME", Crc.Crc64Nvme) })
            crc.Combine(Of(name, content[..first]), Of(name, content[first..]), second).ShouldBe(Of(name, content), name);
    }

    private static byte[] Of(string name, byte[] content)
    {
        using var checksum = Checksum.Of(name).ShouldNotBeNull();
        checksum.Append(content);
        return checksum.Finish();
    }
}
