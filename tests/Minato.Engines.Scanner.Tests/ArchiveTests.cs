using System.Formats.Tar;
using TarEntry = System.Formats.Tar.TarEntry;
using Minato.Engines.Scanner.Archives;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanner.Images;
using Minato.Engines.Scanner.Secrets;
using Minato.Engines.Scanner.Worker;

namespace Minato.Engines.Scanner.Tests;

public sealed class ArchiveTests
{
    private static readonly byte[] s_layer = Given.Layer(
        ("etc/os-release", Given.DebianRelease), (string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 20)) + "/node_modules/x/package.json", """{"name":"x","version":"1.0.0"}"""));

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Long_names_are_read_in_every_format(TarEntryFormat format)
    {
        var name = string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 20)) + "/node_modules/x/package.json";
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            TarEntry entry = format is TarEntryFormat.Pax ? new PaxTarEntry(TarEntryType.RegularFile, name) : new GnuTarEntry(TarEntryType.RegularFile, name);
            entry.DataStream = new MemoryStream("""{"name":"x","version":"1.0.0"}"""u8.ToArray());
            writer.WriteEntry(entry);
        }

        Read(tar.ToArray()).Packages.ShouldHaveSingleItem().Path.ShouldBe(name);
    }

    /// <summary>Whatever a layer's bytes are, reading ends: with contents, or with a sentence.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_bytes_break_the_reader(bool isPacked)
    {
        var whole = isPacked ? Given.GZip(s_layer) : s_layer;
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var layer = (byte[])whole.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) layer[random.Next(layer.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) layer = layer[..random.Next(layer.Length)];
            var answer = WorkerProgram.Answer(new() { UnpackedBytes = 64 << 20, Files = 1000, Depth = 128, Ratio = 1000, Time = TimeSpan.FromSeconds(30), LayerSizes = [layer.Length] }, new MemoryStream(layer));
            (answer.Contents is null).ShouldBe(answer.Refusal is not null);
        }
    }

    [Fact]
    public void A_lower_file_comes_back_neither_after_a_whiteout_in_its_own_layer_nor_before()
    {
        const string module = "n/node_modules/x/package.json";
        const string text = """{"name":"x","version":"1.0.0"}""";
        var below = Given.Layer((module, text));
        // The mark speaks of the layer below; what its own layer brings stays, in either order.
        Read(below, Given.Layer(("n/.wh.node_modules", ""), (module, text.Replace("1.0.0", "2.0.0")))).Packages.ShouldHaveSingleItem().Version.ShouldBe("2.0.0");
        Read(below, Given.Layer((module, text.Replace("1.0.0", "2.0.0")), ("n/.wh..wh..opq", ""))).Packages.ShouldHaveSingleItem().Version.ShouldBe("2.0.0");
    }

    [Theory]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzT9kL0mQpV", "aws-secret-access-key")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA04up8hoqzS1+APIB0RhjXyObwHQnOzhAk5Bd7mhkSbPkyhP1\niWfj", "private-key")]
    [InlineData("token: ghp_a8Kd0sLmQ2vXz7Rt5YbN1cWe9Uj4Hf6GiPoT", "github-token")]
    [InlineData("//registry.example.com/:_authToken=Zx81kQmVb72LpRt09sWn", "npm-auth-token")]
    [InlineData("DATABASE=postgres://admin:Xk92mQpL7v@db/app", "password-in-url")]
    public void Secrets_by_their_look(string text, string kind)
    {
        var secret = Read(Given.Layer(("app/settings", "first line\n" + text))).Secrets.ShouldHaveSingleItem();
        (secret.Kind, secret.Line >= 2).ShouldBe((kind, true));
        secret.Redacted.Length.ShouldBeLessThan(30);
    }

    [Theory]
    [InlineData("id = AKIAIOSFODNN7EXAMPLE")] // The one of AWS's own documentation.
    [InlineData("ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")] // No entropy.
    [InlineData("postgres://user:${PASSWORD}@db/app")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA04up8hoqzS1+APIB0RhjXyObwHQnOzhAk5Bd7mhkSbPkyhP1")]
    public void What_only_looks_like_a_secret_is_none(string text) => Read(Given.Layer(("app/settings", text))).Secrets.ShouldBeEmpty();

    [Fact]
    public void Entropy_is_of_a_texts_own_characters()
    {
        SecretRules.Entropy("aaaa").ShouldBe(0);
        SecretRules.Entropy("abcd").ShouldBe(2);
    }

    [Fact]
    public void What_docker_save_writes_is_an_image_and_its_links_are_followed_inside()
    {
        var folder = Directory.CreateTempSubdirectory("minato-save-");
        try
        {
            var path = Path.Combine(folder.FullName, "saved.tar");
            File.WriteAllBytes(path, Given.Entries(
                Entry("config.json", """{"rootfs":{},"config":{}}"""u8.ToArray()), Entry("a/layer.tar", s_layer), new PaxTarEntry(TarEntryType.SymbolicLink, "b/layer.tar") { LinkName = "../a/layer.tar" },
                Entry("manifest.json", """[{"Config":"config.json","RepoTags":["web:1"],"Layers":["a/layer.tar","b/layer.tar"]}]"""u8.ToArray())));
            var (_, request) = ImageArchive.Open(path, "linux/amd64");
            (request.Name, request.Layers.Count, request.Layers[1].Size).ShouldBe(("web:1", 2, s_layer.Length));
            Should.Throw<InvalidDataException>(() => ImageArchive.Open(Write(folder, Given.Entries(Entry("x", [1]))), "linux/amd64"));
            Should.Throw<InvalidDataException>(() => ImageArchive.Open(Write(folder, Given.Entries(Entry("manifest.json", "[{}]"u8.ToArray()))), "linux/amd64"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Write(DirectoryInfo folder, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, "other.tar");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static PaxTarEntry Entry(string name, byte[] bytes) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) };

    private static ImageContents Read(params byte[][] layers)
    {
        var reader = new ImageReader(new ScanBudget(1 << 30, 10_000, 128, 1000, TimeSpan.FromMinutes(1)));
        foreach (var layer in layers) reader.Add(new MemoryStream(layer));
        return reader.Finish();
    }
}
