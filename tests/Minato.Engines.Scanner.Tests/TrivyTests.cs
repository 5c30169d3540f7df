using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Tests;

/// <summary>Trivy's side of the conversation, by a program that answers as its documentation says.</summary>
public sealed class TrivyTests : IDisposable
{
    private const string Answer = """
        {"SchemaVersion":2,"Metadata":{"OS":{"Family":"debian","Name":"12.5"}},"Results":[
         {"Target":"image (debian 12.5)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2024-0727","PkgName":"libssl3","InstalledVersion":"3.0.11","FixedVersion":"3.0.13","Severity":"HIGH",
           "Layer":{"Digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"},"SeveritySource":"debian","PrimaryURL":"https://avd.example.com/x","Title":"t","CVSS":{"nvd":{"V3Vector":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"}}}]},
         {"Target":"/app/key.pem","Class":"secret","Secrets":[{"RuleID":"private-key","Severity":"HIGH"}]}]}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("minato-trivy-test-").FullName;

    [Fact]
    public async Task Its_findings_become_ours()
    {
        Program($"test -f \"$3/index.json\" || exit 9\ntest $(ls \"$3\"/blobs/sha256 | wc -l) = 2 || exit 8\ncat <<'EOF'\n{Answer}\nEOF");
        var found = (await ScanAsync()).ShouldBeOfType<ScanOutcome.Completed>();
        found.OperatingSystem.ShouldBe("debian:12.5");
        var finding = found.Findings.ShouldHaveSingleItem();
        (finding.Vulnerability, finding.Severity, finding.Package, finding.FixedVersion, finding.PackageManager).ShouldBe(("CVE-2024-0727", ScanSeverity.High, "libssl3", "3.0.13", "dpkg"));
        finding.Scores.ShouldHaveSingleItem().Score.ShouldBe(5.5);
        finding.LayerDigest.ShouldNotBeNull();
        found.Secrets.ShouldHaveSingleItem().Place.ShouldBe("/app/key.pem");
    }

    [Fact]
    public async Task Its_errors_are_told()
    {
        Program("echo 'FATAL no database' >&2; exit 1");
        (await ScanAsync()).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldBe("trivy ended with 1: FATAL no database");
        Program("echo nonsense");
        (await ScanAsync()).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldStartWith("What trivy answered cannot be read");
    }

    [Fact]
    public async Task It_is_ended_at_the_limit_of_time()
    {
        Program("exec sleep 60");
        (await ScanAsync(TimeSpan.FromMilliseconds(300))).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("seconds, its limit");
    }

    [Fact]
    public void Where_it_is_not_on_PATH_there_is_none() => TrivyScanner.Find(_directory).ShouldBeNull();

    private Task<ScanOutcome> ScanAsync(TimeSpan? time = null) =>
        (TrivyScanner.Find(_directory) ?? throw new InvalidOperationException()).ScanAsync(Given.Image(Given.Layer(("a", "b"))) with { Limits = new() { Time = time ?? TimeSpan.FromMinutes(1) } }, default).AsTask();

    private void Program(string script)
    {
        var path = Path.Combine(_directory, "trivy");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
