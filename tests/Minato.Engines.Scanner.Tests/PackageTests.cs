using System.Text;
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
}
