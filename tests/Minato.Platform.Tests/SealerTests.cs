using Minato.Platform.Files;

namespace Minato.Platform.Tests;

public sealed class SealerTests
{
    private static readonly Ids Chance = new(7);

    [Fact]
    public void What_was_sealed_opens_in_its_context_alone()
    {
        var sealer = new AesSealer(new byte[AesSealer.KeyLength], Chance);
        var closed = sealer.Seal("hush"u8, "secret/1");
        closed.AsSpan().IndexOf("hush"u8).ShouldBe(-1);
        sealer.Open(closed, "secret/1").ShouldBe("hush"u8.ToArray());
        Should.Throw<SealBrokenException>(() => sealer.Open(closed, "secret/2"));
    }

    [Fact]
    public void A_changed_byte_breaks_the_seal()
    {
        var sealer = new AesSealer(new byte[AesSealer.KeyLength], Chance);
        var closed = sealer.Seal("hush"u8, "secret/1");
        for (var i = 0; i < closed.Length; i++)
        {
            var changed = closed.ToArray();
            changed[i] ^= 1;
            Should.Throw<SealBrokenException>(() => sealer.Open(changed, "secret/1"));
        }
    }

    [Fact]
    public void The_key_file_is_its_owners_alone_and_stays_the_same()
    {
        using var directory = new TempDirectory();
        var first = KeyFile.Open(directory.Path);
        KeyFile.Open(directory.Path).ShouldBe(first);
        File.GetUnixFileMode(Path.Combine(directory.Path, "sealing.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_damaged_key_file_is_refused()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(Path.Combine(directory.Path, "sealing.key"), [1, 2, 3]);
        Should.Throw<InvalidDataException>(() => KeyFile.Open(directory.Path)).Message.ShouldContain("3 bytes");
    }

    [Fact]
    public void A_key_of_the_environment_is_in_no_file()
    {
        using var directory = new TempDirectory();
        var key = Enumerable.Range(0, AesSealer.KeyLength).Select(i => (byte)i).ToArray();
        KeyFile.Open(directory.Path, Convert.ToBase64String(key)).ShouldBe(key);
        KeyFile.Open(directory.Path, Convert.ToHexString(key) + "\n").ShouldBe(key);
        File.Exists(Path.Combine(directory.Path, "sealing.key")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("hello"), InlineData("AAAA"), InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void A_key_of_the_environment_that_is_none_is_refused(string text)
    {
        using var directory = new TempDirectory();
        Should.Throw<InvalidDataException>(() => KeyFile.Open(directory.Path, text)).Message.ShouldContain("MINATO_MASTER_KEY");
    }

    [Fact]
    public void Two_different_keys_are_refused_and_the_same_one_is_not()
    {
        using var directory = new TempDirectory();
        var kept = KeyFile.Open(directory.Path, "");
        KeyFile.Open(directory.Path, Convert.ToBase64String(kept)).ShouldBe(kept);
        Should.Throw<InvalidDataException>(() => KeyFile.Open(directory.Path, Convert.ToBase64String(new byte[AesSealer.KeyLength]))).Message.ShouldContain("different keys");
    }
}
