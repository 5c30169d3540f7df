using System.Formats.Tar;
using Minato.Engines.Scanner.Advisories;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanner.Worker;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Tests;

/// <summary>Whole scans: a worker process reads the layers, a database that was imported is asked.</summary>
public sealed class ScanTests : IDisposable
{
    private const string Status = """
        Package: libssl3
        Status: install ok installed
        Architecture: amd64
        Source: openssl (3.0.11-1~deb12u2)
        Version: 3.0.11-1~deb12u2

        Package: gone
        Status: deinstall ok config-files
        Version: 1.0
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("minato-scan-").FullName;

    [Fact]
    public async Task A_vulnerable_Debian_package_is_found_by_its_source()
    {
        Import("""{"id":"DEBIAN-CVE-2024-0727","modified":"2024-02-01T00:00:00Z","details":"A null dereference.","affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}]}],"ecosystem_specific":{"urgency":"medium"}}],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"}]}""",
            """{"id":"DEBIAN-CVE-2000-0001","modified":"2024-02-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:11","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}""");
        var found = (await ScanAsync(Given.GZip(Given.Layer(("etc/os-release", Given.DebianRelease), ("var/lib/dpkg/status", Status))))).ShouldBeOfType<ScanOutcome.Completed>();
        found.OperatingSystem.ShouldBe("debian:12");
        found.Packages.ShouldBe(1);
        var finding = found.Findings.ShouldHaveSingleItem();
        finding.Vulnerability.ShouldBe("CVE-2024-0727");
        finding.Package.ShouldBe("libssl3");
        finding.Version.ShouldBe("3.0.11-1~deb12u2");
        finding.FixedVersion.ShouldBe("3.0.13-1~deb12u1");
        finding.Severity.ShouldBe(ScanSeverity.Medium);
        finding.Scores.ShouldHaveSingleItem().Score.ShouldBe(5.5);
        finding.LayerDigest.ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_imported_data_a_scan_says_what_to_do() =>
        (await ScanAsync(Given.Layer())).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("./minato scan db import");

    [Fact]
    public async Task An_unknown_distribution_is_unsupported()
    {
        ImportAny();
        (await ScanAsync(Given.Layer(("etc/os-release", "ID=plan9\n")))).ShouldBeOfType<ScanOutcome.Unsupported>().Reason.ShouldBe("The operating system 'plan9' is not supported.");
    }

    [Fact]
    public async Task What_an_upper_layer_removes_is_not_looked_up()
    {
        ImportAny();
        byte[][] lower = [Given.Layer(("app/node_modules/left-pad/package.json", """{"name":"left-pad","version":"1.0.0"}"""), ("app/node_modules/kept/package.json", """{"name":"kept","version":"1.0.0"}"""))];
        (await ScanAsync(lower)).ShouldBeOfType<ScanOutcome.Completed>().Packages.ShouldBe(2);
        (await ScanAsync([.. lower, Given.Layer(("app/node_modules/.wh.left-pad", ""))])).ShouldBeOfType<ScanOutcome.Completed>().Packages.ShouldBe(1);
        (await ScanAsync([.. lower, Given.Layer(("app/.wh..wh..opq", ""))])).ShouldBeOfType<ScanOutcome.Completed>().Packages.ShouldBe(0);
        (await ScanAsync([.. lower, Given.Layer(("app", "a file now"))])).ShouldBeOfType<ScanOutcome.Completed>().Packages.ShouldBe(0);
    }

    [Fact]
    public async Task Secrets_of_lower_layers_and_of_the_environment_are_found_and_never_shown()
    {
        ImportAny();
        const string key = "AKIAQ7ZT3XWPL5RNV2KD";
        var image = Given.Image([$"API_TOKEN=s3cr3tvalue99", "PATH=/bin", "GPG_KEY=abcdef"], Given.Layer(("app/config.ini", $"[aws]\nid = {key}\n")), Given.Layer(("app/.wh.config.ini", "")));
        var found = (await Scanner().ScanAsync(image, CancellationToken.None)).ShouldBeOfType<ScanOutcome.Completed>();
        found.Secrets.Select(s => (s.Kind, s.Place)).ShouldBe([("credential-in-environment", "env API_TOKEN"), ("aws-access-key-id", "app/config.ini")]);
        found.ToString().ShouldNotContain(key);
    }

    [Theory]
    [InlineData("gzip", "-c")]
    [InlineData("zstd", "-qc")]
    [InlineData("xz", "-c")]
    [InlineData("bzip2", "-c")]
    public async Task A_layer_is_read_however_it_is_compressed(string program, string options)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"{program} is not here");
        ImportAny();
        // More than one block of each format, and two streams behind one another.
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        var layer = Given.Layer(("text", Convert.ToBase64String(noise)), ("n/node_modules/x/package.json", """{"name":"x","version":"1.0.0"}"""));
        byte[] packed = [.. await PackAsync(program, options, layer[..700_000]), .. await PackAsync(program, options, layer[700_000..])];
        (await ScanAsync(packed)).ShouldBeOfType<ScanOutcome.Completed>().Packages.ShouldBe(1);
        (await ScanAsync(packed[..(packed.Length / 2)])).ShouldBeOfType<ScanOutcome.Failed>();
        for (var i = 300_000; i < 300_032; i++) packed[i] ^= 0x55;
        (await ScanAsync(packed)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Theory]
    [InlineData("zstd", "-qc --long=28")] // A window of 256 MiB.
    [InlineData("xz", "-c --lzma2=dict=192MiB,mode=fast,mf=hc3,nice=8")]
    public async Task A_layer_that_asks_for_more_memory_than_there_is_for_it_is_refused(string program, string options)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"{program} is not here");
        ImportAny();
        (await ScanAsync(await PackAsync(program, options, Given.Layer(("a", new string('x', 5000)))))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldStartWith("A layer cannot be unpacked");
    }

    [Theory]
    [InlineData("zstd", "-qc")]
    [InlineData("xz", "-c")]
    [InlineData("bzip2", "-c")]
    public async Task A_bomb_of_any_format_ends_at_the_limit_of_its_ratio(string program, string options)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"{program} is not here");
        ImportAny();
        var tar = Given.Entries(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[50 << 20]) });
        (await LimitedAsync(new() { Ratio = 100 }, await PackAsync(program, options, tar))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe("A layer unpacks to more than 100 times its size, the limit of a scan.");
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit_of_bytes()
    {
        ImportAny();
        var outcome = await LimitedAsync(new() { UnpackedBytes = 50 << 20 }, Bomb(200));
        outcome.ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe($"The layers unpack to more than {50 << 20} bytes, the limit of a scan.");
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit_of_its_ratio()
    {
        ImportAny();
        (await LimitedAsync(new() { Ratio = 100 }, Bomb(100))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe("A layer unpacks to more than 100 times its size, the limit of a scan.");
    }

    [Fact]
    public async Task A_crowd_of_files_ends_at_its_limit()
    {
        ImportAny();
        var crowd = Given.Layer([.. Enumerable.Range(0, 200).Select(i => ($"f{i}", ""))]);
        (await LimitedAsync(new() { Files = 100 }, crowd)).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe("The layers have more than 100 entries, the limit of a scan.");
    }

    [Fact]
    public async Task Deep_folders_end_at_their_limit()
    {
        ImportAny();
        var deep = Given.Layer((string.Join('/', Enumerable.Repeat("d", 200)), ""));
        (await ScanAsync(deep)).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe("A layer has folders more than 128 deep, the limit of a scan.");
    }

    [Fact]
    public async Task A_scan_ends_at_its_time()
    {
        ImportAny();
        (await LimitedAsync(new() { Time = TimeSpan.FromMilliseconds(1), Ratio = int.MaxValue }, Bomb(200))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("seconds, its limit");
    }

    [Fact]
    public async Task An_entry_outside_of_the_image_is_refused()
    {
        ImportAny();
        (await ScanAsync(Given.Layer(("../../etc/cron.d/evil", "x")))).ShouldBeOfType<ScanOutcome.Failed>()
            .Reason.ShouldBe("A layer has the entry '../../etc/cron.d/evil', which points outside of the image.");
        var link = new PaxTarEntry(TarEntryType.HardLink, "evil") { LinkName = "../../etc/shadow" };
        (await ScanAsync(Given.Entries(link))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("'../../etc/shadow', which points outside of the image");
    }

    [Fact]
    public async Task Absolute_paths_devices_and_escaping_links_are_words_and_nothing_is_written()
    {
        ImportAny();
        var marker = Path.Combine(_directory, "marker");
        var layer = Given.Entries(
            new PaxTarEntry(TarEntryType.RegularFile, marker) { DataStream = new MemoryStream([1]) },
            new PaxTarEntry(TarEntryType.SymbolicLink, "app/out") { LinkName = "../../../etc" },
            new PaxTarEntry(TarEntryType.RegularFile, "app/out/passwd") { DataStream = new MemoryStream([1]) },
            new PaxTarEntry(TarEntryType.BlockDevice, "disk") { DeviceMajor = 8, DeviceMinor = 0 });
        var (contents, _) = await Scanner().ContentsAsync(Given.Image(layer), CancellationToken.None);
        contents.ShouldNotBeNull().Notes.Length.ShouldBe(3);
        contents.Notes.ShouldContain(n => n.Contains("absolute paths"));
        contents.Notes.ShouldContain(n => n.Contains("outside of /dev"));
        contents.Notes.ShouldContain(n => n.Contains("it was not followed"));
        File.Exists(marker).ShouldBeFalse();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(3000)]
    public async Task A_layer_that_is_cut_off_is_refused(int length)
    {
        ImportAny();
        var whole = Given.GZip(Given.Layer(("a", new string('x', 500)), ("b", string.Concat(Enumerable.Range(0, 2000).Select(i => i.ToString())))));
        (await ScanAsync(whole[..Math.Min(length, whole.Length - 20)])).ShouldBeOfType<ScanOutcome.Failed>();
    }

    /// <summary>The walls are the kernel's: from inside of the worker nothing can be written, opened or started.</summary>
    [Fact]
    public async Task The_worker_cannot_leave_its_place()
    {
        var answer = await ProbeAsync();
        answer.ShouldBe("write: refused\nsocket: refused\nprogram: refused\n");
    }

    private static async Task<string> ProbeAsync()
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Minato.ScanWorker"), ["--probe"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text;
    }

    private static async Task<byte[]> PackAsync(string program, string options, byte[] bytes)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, options) { RedirectStandardInput = true, RedirectStandardOutput = true }).ShouldNotBeNull();
        using var packed = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(packed);
        await process.StandardInput.BaseStream.WriteAsync(bytes);
        process.StandardInput.Close();
        await reading;
        return packed.ToArray();
    }

    private static byte[] Bomb(int mebibytes)
    {
        var tar = Given.Entries(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[mebibytes << 20]) });
        return Given.GZip(tar);
    }

    private MinatoScanner Scanner() => new(new(_directory), ScanWorker.Beside());

    private Task<ScanOutcome> ScanAsync(params byte[][] layers) => Scanner().ScanAsync(Given.Image(layers), CancellationToken.None).AsTask();

    private Task<ScanOutcome> LimitedAsync(ScanLimits limits, params byte[][] layers) => Scanner().ScanAsync(Given.Image(layers) with { Limits = limits }, CancellationToken.None).AsTask();

    private void ImportAny() => Import("""{"id":"X-1","modified":"2024-01-01T00:00:00Z","affected":[]}""");

    private void Import(params string[] entries)
    {
        var file = Path.Combine(_directory, "dump.jsonl");
        File.WriteAllLines(file, entries);
        new AdvisoryDatabase(_directory).Import([file], add: false, CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
