using System.IO.Compression;
using System.Text;
using Minato.Engines.Scanner.Advisories;
using Minato.Engines.Scanner.Packages;
using Minato.Engines.Scanner.Scoring;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Tests;

public sealed class AdvisoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minato-osv-").FullName;

    private AdvisoryDatabase Database => new(_directory);

    /// <summary>The cases of OSV's own description of how versions are evaluated.</summary>
    [Theory]
    [InlineData("0:fixed=2.0.0", "1.9.9", true)]
    [InlineData("0:fixed=2.0.0", "2.0.0", false)]
    [InlineData("1.0.0:fixed=2.0.0", "0.9.0", false)]
    [InlineData("1.0.0:last_affected=2.0.0", "2.0.0", true)]
    [InlineData("1.0.0:last_affected=2.0.0", "2.0.1", false)]
    [InlineData("1.0.0", "99.0.0", true)] // Never fixed.
    [InlineData("0:fixed=1.0.0:introduced=1.5.0:fixed=1.6.0", "1.2.0", false)]
    [InlineData("0:fixed=1.0.0:introduced=1.5.0:fixed=1.6.0", "1.5.5", true)]
    [InlineData("1.5.0:fixed=1.6.0:introduced=0:fixed=1.0.0", "0.5.0", true)] // In any order.
    [InlineData("0:limit=2.0.0", "1.9.0", true)]
    [InlineData("0:limit=2.0.0", "2.0.0", false)]
    [InlineData("0:limit=*", "9.0.0", true)]
    [InlineData("0:fixed=2.0.0-rc.1", "2.0.0-beta", true)]
    public void Ranges_by_the_rules_of_OSV(string range, string version, bool isAffected)
    {
        var events = range.Split(':').Select((e, i) => e.Split('=') is [var kind, var at] ? new RangeEvent(Kind(kind), at) : new RangeEvent(RangeEventKind.Introduced, e));
        var package = new AffectedPackage { Ecosystem = "npm", Name = "x", Ranges = [new("SEMVER", [.. events])] };
        AffectedVersions.Includes(package, version).ShouldBe(isAffected);
    }

    [Fact]
    public void Versions_that_are_listed_are_affected_whatever_the_ranges_say_and_commits_say_nothing()
    {
        var package = new AffectedPackage { Ecosystem = "PyPI", Name = "x", Versions = ["1.0"], Ranges = [new("GIT", [new(RangeEventKind.Introduced, "0")])] };
        AffectedVersions.Includes(package, "1.0").ShouldBeTrue();
        AffectedVersions.Includes(package, "1.1").ShouldBeFalse();
    }

    [Fact]
    public void The_fix_is_the_lowest_above_the_version()
    {
        var package = new AffectedPackage { Ecosystem = "npm", Name = "x", Ranges = [new("SEMVER", [new(RangeEventKind.Introduced, "0"), new(RangeEventKind.Fixed, "1.5.0"), new(RangeEventKind.Introduced, "2.0.0"), new(RangeEventKind.Fixed, "2.3.0")])] };
        AffectedVersions.FixFor(package, "1.0.0").ShouldBe("1.5.0");
        AffectedVersions.FixFor(package, "2.1.0").ShouldBe("2.3.0");
        AffectedVersions.FixFor(package, "3.0.0").ShouldBeNull();
    }

    [Theory]
    [InlineData("Debian:12", "Debian:12", true)]
    [InlineData("Debian:12", "Debian:12.5", true)]
    [InlineData("Debian:11", "Debian:12", false)]
    [InlineData("Ubuntu:22.04:LTS", "Ubuntu:22.04", true)]
    [InlineData("Ubuntu:Pro:22.04:LTS", "Ubuntu:22.04", false)]
    [InlineData("Alpine:v3.19", "Alpine:v3.18", false)]
    [InlineData("Red Hat:enterprise_linux:9::baseos", "Red Hat:9", true)]
    [InlineData("Red Hat:openshift:4.12::el9", "Red Hat:9", false)]
    public void Releases_of_distributions(string advisory, string image, bool isSame) => EcosystemMatch.Is(advisory, image).ShouldBe(isSame);

    [Theory]
    [InlineData("""{"id":"CVE-2024-1"}""", "CVE-2024-1")]
    [InlineData("""{"id":"GHSA-x","aliases":["CVE-2024-2","PYSEC-1"]}""", "CVE-2024-2")]
    [InlineData("""{"id":"GHSA-y"}""", "GHSA-y")]
    [InlineData("""{"id":"DSA-1-1","upstream":["CVE-2024-3","CVE-2024-4"]}""", "CVE-2024-3,CVE-2024-4")]
    [InlineData("""{"id":"DEBIAN-CVE-2024-5"}""", "CVE-2024-5")]
    public void A_vulnerability_has_the_name_people_know(string json, string names) =>
        Matcher.Vulnerabilities(OsvReader.Read(Encoding.UTF8.GetBytes(json)).ShouldNotBeNull()).ShouldBe(names.Split(','));

    [Fact]
    public void Several_advisories_of_one_vulnerability_are_one_finding_with_what_each_knows()
    {
        Import("""{"id":"GHSA-1","aliases":["CVE-2024-9"],"affected":[{"package":{"ecosystem":"PyPI","name":"My_Package"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0"}]}]}],"database_specific":{"severity":"MODERATE"}}""",
            """{"id":"PYSEC-1","aliases":["CVE-2024-9"],"affected":[{"package":{"ecosystem":"PyPI","name":"my-package"},"versions":["1.0"]}]}""");
        using var reader = Database.Open();
        var package = new Package { Manager = "pypi", Name = "my.package", Version = "1.0", Path = "METADATA" };
        var finding = new Matcher(reader.Find).Match([package], null, ["sha256:l"]).ShouldHaveSingleItem();
        (finding.Vulnerability, finding.Severity, finding.FixedVersion, finding.LayerDigest, finding.FilePath).ShouldBe(("CVE-2024-9", ScanSeverity.Medium, "2.0", "sha256:l", "METADATA"));
        finding.Aliases.ShouldBe(["GHSA-1", "PYSEC-1"], ignoreOrder: true);
    }

    [Fact]
    public void Withdrawn_entries_are_left_out_and_taken_back()
    {
        const string entry = """{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["1.0.0"]}]}""";
        Import(entry);
        Find("npm", "x").ShouldHaveSingleItem();
        ImportMore(add: true, entry.Replace("\"modified\"", "\"withdrawn\":\"2024-02-01T00:00:00Z\",\"modified\"")).Withdrawn.ShouldBe(1);
        Find("npm", "x").ShouldBeEmpty();
    }

    [Fact]
    public void Adding_keeps_what_is_newer_and_replacing_keeps_nothing()
    {
        const string entry = """{"id":"A-1","modified":"2024-03-01T00:00:00Z","summary":"new","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["1.0.0"]}]}""";
        Import(entry);
        ImportMore(add: true, entry.Replace("2024-03", "2024-01").Replace("new", "old"), entry.Replace("A-1", "A-2")).Total.ShouldBe(2);
        Find("npm", "x").Select(f => f.Advisory.Summary).ShouldBe(["new", "new"]);
        ImportMore(add: false, entry.Replace("A-1", "A-3")).Total.ShouldBe(1);
        Find("npm", "x").ShouldHaveSingleItem().Advisory.Id.ShouldBe("A-3");
    }

    [Fact]
    public void A_dump_may_be_a_zip_a_folder_lines_or_a_list()
    {
        const string entry = """{"id":"A-1","affected":[{"package":{"ecosystem":"Go","name":"x"},"versions":["v1.0.0"]}]}""";
        var zip = Path.Combine(_directory, "all.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(archive.CreateEntry("A-1.json").Open());
            writer.Write(entry);
        }

        var folder = Directory.CreateDirectory(Path.Combine(_directory, "dump", "below")).FullName;
        File.WriteAllText(Path.Combine(folder, "A-1.json"), entry);
        File.WriteAllText(Path.Combine(_directory, "list.json"), $"[\n{entry},\n{entry.Replace("A-1", "A-2")}\n]");
        File.WriteAllText(Path.Combine(_directory, "pretty.json"), entry.Replace(",", ",\n"));
        Database.Import([zip], add: false, default).Total.ShouldBe(1);
        Database.Import([Path.Combine(_directory, "dump")], add: false, default).Total.ShouldBe(1);
        Database.Import([Path.Combine(_directory, "list.json")], add: false, default).Total.ShouldBe(2);
        Database.Import([Path.Combine(_directory, "pretty.json")], add: false, default).Total.ShouldBe(1);
    }

    [Fact]
    public void What_is_no_dump_changes_nothing()
    {
        Import("""{"id":"A-1","affected":[]}""");
        var before = Database.Version;
        foreach (var text in (string[])["not json", "{\"no\":\"id\"}", "", "[1,2"])
            Should.Throw<InvalidDataException>(() => ImportMore(add: false, text));
        Database.Version.ShouldBe(before);
        Directory.GetFiles(_directory, "*.new").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", 5.5)]
    [InlineData("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N", 4.2)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1)]
    [InlineData("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0)]
    [InlineData("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5)]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0)]
    [InlineData("(AV:L/AC:M/Au:N/C:N/I:N/A:P)", 1.9)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1)]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.5)]
    public void Scores_as_the_calculators_of_their_specifications_give_them(string vector, double score) => Cvss.Score(vector).ShouldNotBeNull().Score.ShouldBe(score);

    [Theory]
    [InlineData("")]
    [InlineData("CVSS:3.1/AV:N")]
    [InlineData("CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Q")]
    [InlineData("CVSS:4.0/AV:N")]
    [InlineData("high")]
    public void What_is_no_vector_has_no_score(string vector) => Cvss.Score(vector).ShouldBeNull();

    [Theory]
    [InlineData("low", null, ScanSeverity.Low)]
    [InlineData("high**", null, ScanSeverity.High)]
    [InlineData("unimportant", null, ScanSeverity.Informational)]
    [InlineData("not yet assigned", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ScanSeverity.Critical)]
    [InlineData(null, "AV:N/AC:L/Au:N/C:C/I:C/A:C", ScanSeverity.High)] // Version 2 has no critical.
    [InlineData(null, null, ScanSeverity.Undefined)]
    public void The_distributions_word_comes_before_the_score(string? word, string? vector, ScanSeverity severity)
    {
        var advisory = new Advisory { Id = "x", SeverityWord = word, Severity = vector is null ? [] : [new("CVSS", vector)] };
        Severities.Of(advisory, new() { Ecosystem = "Debian:12", Name = "x" }).ShouldBe(severity);
    }

    private static RangeEventKind Kind(string word) => word switch
    {
        "fixed" => RangeEventKind.Fixed, "last_affected" => RangeEventKind.LastAffected, "limit" => RangeEventKind.Limit, _ => RangeEventKind.Introduced,
    };

    private List<(Advisory Advisory, AffectedPackage Affected)> Find(string ecosystem, string name)
    {
        using var reader = Database.Open();
        return reader.Find(ecosystem, name);
    }

    private void Import(params string[] entries) => ImportMore(add: false, entries);

    private ImportResult ImportMore(bool add, params string[] entries)
    {
        var file = Path.Combine(_directory, "dump.jsonl");
        File.WriteAllLines(file, entries);
        return Database.Import([file], add, default);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
