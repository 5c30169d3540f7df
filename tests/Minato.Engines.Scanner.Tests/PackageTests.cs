using System.Buffers.Binary;
using System.Text;
using Microsoft.Data.Sqlite;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanner.Packages;
using Minato.Engines.Scanner.Sbom;

namespace Minato.Engines.Scanner.Tests;

public sealed class PackageTests
{
    [Fact]
    public void Apk_packages_with_their_origin() =>
        ApkPackages.Read("P:libcrypto3\nV:3.1.4-r5\nA:x86_64\no:openssl\nF:lib\nR:x\n\nP:musl\nV:1.2.4-r2\n"u8.ToArray())
            .Select(p => (p.Name, p.Version, p.Source)).ShouldBe([("libcrypto3", "3.1.4-r5", "openssl"), ("musl", "1.2.4-r2", "musl")]);

    [Fact]
    public void Lock_files_of_npm_old_and_new_without_what_is_for_development()
    {
        LanguagePackages.NodeLock("""{"lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0"},"node_modules/a":{"version":"1.2.3"},"node_modules/a/node_modules/@s/b":{"version":"2.0.0"},"node_modules/d":{"version":"1.0.0","dev":true}}}"""u8.ToArray())
            .Select(p => $"{p.Name}@{p.Version}").ShouldBe(["a@1.2.3", "@s/b@2.0.0"]);
        LanguagePackages.NodeLock("""{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},"d":{"version":"1.0.0","dev":true}}}"""u8.ToArray())
            .Select(p => $"{p.Name}@{p.Version}").ShouldBe(["a@1.0.0", "b@2.0.0"]);
    }

    [Fact]
    public void Packages_of_dotnet_and_python()
    {
        LanguagePackages.DotNet("""{"libraries":{"App/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package"}}}"""u8.ToArray()).Select(p => $"{p.Name} {p.Version}").ShouldBe(["Newtonsoft.Json 12.0.1"]);
        LanguagePackages.Python("Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Apache\n\nVersion: of the text\n"u8.ToArray()).Select(p => $"{p.Name} {p.Version}").ShouldBe(["requests 2.31.0"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"packages\":[1]}")]
    [InlineData("\0\0\0")]
    public void What_is_broken_has_no_packages(string text)
    {
        var file = Encoding.UTF8.GetBytes(text);
        foreach (var read in (Func<byte[], IEnumerable<Package>>[])[LanguagePackages.NodeLock, LanguagePackages.NodeModule, LanguagePackages.DotNet, LanguagePackages.Python, DpkgPackages.Read, ApkPackages.Read, RpmPackages.Read])
            read(file).ShouldBeEmpty();
    }

    [Fact]
    public void Modules_of_a_Go_program_wherever_its_bytes_are_cut()
    {
        const string modules = "path\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x\ndep\tgithub.com/a/b\tv1.0.0\n=>\tgithub.com/c/b\tv1.0.1\th1:y\n";
        byte[] info = [0xff, .. " Go buildinf:"u8, 8, 2, .. new byte[16], .. Sized("go1.21.3"), .. Sized(new string('s', 16) + modules + new string('s', 16))];
        // Between other bytes: what looks like one and does not stand on a multiple of 16, then the real one.
        byte[] before = [.. new byte[5001], 0xff, .. " Go buildinf:"u8];
        byte[] program = [.. before, .. new byte[16 - (before.Length % 16)], .. info];
        foreach (var cut in (int[])[1, 7, 13, 64, 4096, 100_000])
        {
            var go = new GoBuildInfo();
            for (var at = 0; at < program.Length; at += cut) go.Add(program.AsSpan(at, Math.Min(cut, program.Length - at)));
            go.Packages().Select(p => $"{p.Name}@{p.Version}").ShouldBe(["stdlib@1.21.3", "golang.org/x/net@v0.1.0", "github.com/c/b@v1.0.1"], $"in pieces of {cut}");
        }
    }

    [Theory]
    [InlineData("go1.21", "1.21.0")]
    [InlineData("go1.22rc1", "1.22.0-rc.1")]
    [InlineData("go1.20.5 X:boringcrypto", "1.20.5")]
    [InlineData("devel +abc", null)]
    public void Versions_of_Go(string version, string? expected) => GoBuildInfo.Standard(version).ShouldBe(expected);

    [Theory]
    [InlineData(3)]
    [InlineData(400)] // More pages than one: the tree has a root above its leaves, and headers overflow.
    public void Rpm_packages_out_of_a_database_that_SQLite_wrote(int count)
    {
        var path = Path.GetTempFileName();
        SQLitePCL.Batteries_V2.Init();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE other (x); CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)";
            command.ExecuteNonQuery();
            command.CommandText = "INSERT INTO Packages (blob) VALUES ($b)";
            var blob = command.Parameters.Add("$b", SqliteType.Blob);
            for (var i = 0; i < count; i++)
            {
                blob.Value = RpmHeader($"pkg{i}", "1.0", "2.el9", i % 2 == 0 ? 1 : 0, new string('x', i * 100 % 9000));
                command.ExecuteNonQuery();
            }
        }

        var file = File.ReadAllBytes(path);
        File.Delete(path);
        var packages = RpmPackages.Read(file).ToList();
        packages.Count.ShouldBe(count);
        packages.Select(p => p.Name).Order().ShouldBe(Enumerable.Range(0, count).Select(i => $"pkg{i}").Order());
        packages.First(p => p.Name == "pkg2").Version.ShouldBe("1:1.0-2.el9");
        packages.First(p => p.Name == "pkg1").Source.ShouldBe("src");
    }

    /// <summary>A database is somebody's upload: whatever its bytes are, reading ends.</summary>
    [Fact]
    public void A_damaged_database_breaks_nothing()
    {
        var path = Path.GetTempFileName();
        SQLitePCL.Batteries_V2.Init();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL); INSERT INTO Packages VALUES (1, zeroblob(20000)), (2, zeroblob(100))";
            command.ExecuteNonQuery();
        }

        var whole = File.ReadAllBytes(path);
        File.Delete(path);
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            var file = (byte[])whole.Clone();
            for (var n = random.Next(1, 8); n > 0; n--) file[random.Next(16, file.Length)] = (byte)random.Next(256);
            RpmPackages.Read(file).Count().ShouldBeLessThan(100_000);
        }
    }

    [Fact]
    public void Bills_of_materials_name_every_package_by_its_url()
    {
        var contents = new ImageContents
        {
            Distribution = Distribution.Parse(Encoding.UTF8.GetBytes(Given.DebianRelease)),
            Packages = [new() { Manager = "dpkg", Name = "libc6", Version = "2.36-9+deb12u4", Architecture = "amd64", Path = "var/lib/dpkg/status" }, new() { Manager = "npm", Name = "@s/a", Version = "1.0.0", Path = "a", License = "MIT" }],
        };
        var subject = new SbomSubject("web:1", "sha256:" + new string('a', 64), contents, DateTimeOffset.UnixEpoch, "1.0");
        string[] urls = ["pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12", "pkg:npm/%40s/a@1.0.0"];

        var spdx = Spdx.Write(subject);
        ((string?)spdx["spdxVersion"]).ShouldBe("SPDX-2.3");
        spdx["packages"]!.AsArray().Skip(1).Select(p => (string?)p!["externalRefs"]![0]!["referenceLocator"]).ShouldBe(urls);
        spdx["relationships"]!.AsArray().Select(r => (string?)r!["relationshipType"]).ShouldBe(["DESCRIBES", "CONTAINS", "CONTAINS"]);

        var cyclone = CycloneDx.Write(subject);
        ((string?)cyclone["specVersion"]).ShouldBe("1.5");
        var components = cyclone["components"]!.AsArray();
        components.Select(c => (string?)c!["purl"]).ShouldBe([null, .. urls]);
        components.Select(c => (string?)c!["bom-ref"]).Distinct().Count().ShouldBe(components.Count);
        cyclone["dependencies"]![0]!["dependsOn"]!.AsArray().Count.ShouldBe(components.Count);
    }

    private static byte[] Sized(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = new List<byte>();
        var rest = bytes.Length;
        for (; rest >= 0x80; rest >>= 7) length.Add((byte)(rest | 0x80));
        length.Add((byte)rest);
        return [.. length, .. bytes];
    }

    private static byte[] RpmHeader(string name, string version, string release, int epoch, string filler)
    {
        var data = new MemoryStream();
        var index = new MemoryStream();
        void Entry(int tag, int type, byte[] value)
        {
            Span<byte> entry = stackalloc byte[16];
            BinaryPrimitives.WriteInt32BigEndian(entry, tag);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], type);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], (int)data.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], 1);
            index.Write(entry);
            data.Write(value);
        }

        byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
        if (epoch > 0) Entry(1003, 4, [0, 0, 0, (byte)epoch]);
        Entry(1000, 6, Text(name));
        Entry(1001, 6, Text(version));
        Entry(1002, 6, Text(release));
        Entry(1044, 6, Text("src-1.0-2.el9.src.rpm"));
        Entry(1005, 6, Text(filler));
        var header = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(header, (int)(index.Length / 16));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), (int)data.Length);
        return [.. header, .. index.ToArray(), .. data.ToArray()];
    }
}
