using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Engines.Scanning;
using IEventbridge = Minato.Contracts.Eventbridge.IEventbridge;
using PutEventsRequest = Minato.Contracts.Eventbridge.PutEventsRequest;
using PutEventsRequestEntry = Minato.Contracts.Eventbridge.PutEventsRequestEntry;
using PutEventsResponse = Minato.Contracts.Eventbridge.PutEventsResponse;

namespace Minato.Ecr.Tests;

public sealed class ScanTests
{
    [Theory] // The guide's table.
    [InlineData("prod", "prod", true), InlineData("prod", "repo-prod", true), InlineData("prod", "prod-repo", true), InlineData("prod", "prodrepo", true)]
    [InlineData("*prod", "prod", true), InlineData("*prod", "repo-prod", true), InlineData("*prod", "prod-repo", false), InlineData("*prod", "prodrepo", false)]
    [InlineData("prod*", "prod", true), InlineData("prod*", "repo-prod", false), InlineData("prod*", "prod-repo", true), InlineData("prod*", "prodrepo", true)]
    [InlineData("prod*repo", "prod", false), InlineData("prod*repo", "repo-prod", false), InlineData("prod*repo", "prod-repo", true), InlineData("prod*repo", "prodrepo", true)]
    public void A_filter_without_wildcard_is_contained_and_one_with_covers_the_name(string filter, string name, bool matches) =>
        ScanFilters.Matches(filter, name).ShouldBe(matches);

    [Fact]
    public void A_scan_on_demand_gives_findings_counts_and_an_event()
    {
        var scanner = new FakeScanner { Answer = _ => Found() };
        var bridge = Bridge();
        Run(scanner, bridge, async ecr =>
        {
            await ecr.CreateAsync("web");
            var digest = await ecr.PushAsync("web", "v1");
            var id = new ImageIdentifier { ImageTag = "v1" };
            (await ecr.World.Throws<ScanNotFoundException>(() => DescribeAsync(ecr))).Message.ShouldBe(
                "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'v1'}' in the repository with name 'web' in the registry with id '123456789012'");
            var started = await ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = id }, ecr.Caller, default);
            (started.ImageScanStatus?.Status, started.ImageId?.ImageDigest).ShouldBe((ScanStatus.InProgress, digest));
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            var page = await ecr.Ecr.DescribeImageScanFindingsAsync(new() { RepositoryName = "web", ImageId = id, MaxResults = 1 }, ecr.Caller, default);
            (page.ImageScanStatus?.Status, page.ImageScanStatus?.Description).ShouldBe((ScanStatus.Complete, "The scan was completed successfully."));
            page.ImageScanFindings?.FindingSeverityCounts.ShouldNotBeNull().OrderBy(c => c.Key, StringComparer.Ordinal).ShouldBe([new("CRITICAL", 1), new("LOW", 1)]);
            var finding = page.ImageScanFindings?.Findings.ShouldNotBeNull().Single();
            (finding?.Name, finding?.Severity, finding?.Uri).ShouldBe(("CVE-2026-2", FindingSeverity.Critical, "https://example.com/2"));
            finding?.Attributes.ShouldNotBeNull().Select(a => (a.Key, a.Value ?? "")).ShouldBe(
                [("package_version", "1.1"), ("package_name", "openssl"), ("fixed_in_version", "1.2"), ("CVSS3_VECTOR", "CVSS:3.1/AV:N"), ("CVSS3_SCORE", "9.8")]);
            var rest = await ecr.Ecr.DescribeImageScanFindingsAsync(new() { RepositoryName = "web", ImageId = id, MaxResults = 1, NextToken = page.NextToken }, ecr.Caller, default);
            (rest.ImageScanFindings?.Findings.ShouldNotBeNull().Single().Name, rest.NextToken).ShouldBe(("CVE-2026-1", null));
            (await ecr.World.Throws<LimitExceededException>(() => ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = id }, ecr.Caller, default)))
                .Message.ShouldBe("The scan quota per image has been exceeded. Wait and try again.");
            var details = await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default);
            details.ImageDetails.ShouldNotBeNull().Single().ImageScanFindingsSummary?.FindingSeverityCounts?["CRITICAL"].ShouldBe(1);
        });
        var entry = Events(bridge, "ECR Image Scan").Single();
        JsonDocument.Parse(entry.Detail ?? "").RootElement.GetProperty("finding-severity-counts").GetProperty("CRITICAL").GetInt32().ShouldBe(1);
        entry.Resources.ShouldBe(["arn:aws:ecr:us-east-1:123456789012:repository/web"]);
    }

    [Fact]
    public void Scan_on_push_follows_the_registrys_rules_and_the_repositorys_setting()
    {
        var scanner = new FakeScanner();
        Run(scanner, Bridge(), async ecr =>
        {
            foreach (var name in new[] { "prod-web", "test-web" }) await ecr.CreateAsync(name);
            await ecr.Ecr.PutRegistryScanningConfigurationAsync(Rules(ScanType.Basic, ScanFrequency.ScanOnPush, "prod*"), ecr.Caller, default);
            await ecr.PushAsync("prod-web", "v1", "one");
            await ecr.PushAsync("test-web", "v1", "two");
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            scanner.Requests.Select(r => r.Name.Split('@')[0]).ShouldBe(["prod-web"]);
            await ecr.Ecr.PutImageScanningConfigurationAsync(new() { RepositoryName = "test-web", ImageScanningConfiguration = new() { ScanOnPush = true } }, ecr.Caller, default);
            await ecr.PushAsync("test-web", "v2", "three");
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            scanner.Requests.Select(r => r.Name.Split('@')[0]).ShouldBe(["prod-web", "test-web"]);
            var all = await ecr.Ecr.BatchGetRepositoryScanningConfigurationAsync(new() { RepositoryNames = ["prod-web", "nowhere"] }, ecr.Caller, default);
            all.ScanningConfigurations.ShouldNotBeNull().Single().ShouldSatisfyAllConditions(
                c => c.ScanFrequency.ShouldBe(ScanFrequency.ScanOnPush), c => c.AppliedScanFilters.ShouldNotBeNull().Single().Filter.ShouldBe("prod*"));
            all.Failures.ShouldNotBeNull().Single().FailureCode.ShouldBe(ScanningConfigurationFailureCode.RepositoryNotFound);
            await ecr.World.Throws<InvalidParameterException>(
                () => ecr.Ecr.PutRegistryScanningConfigurationAsync(Rules(ScanType.Basic, ScanFrequency.ContinuousScan, "*"), ecr.Caller, default));
        });
    }

    [Fact]
    public void Continuous_scanning_scans_again_when_the_data_changes()
    {
        var scanner = new FakeScanner { Answer = _ => Found() };
        var bridge = Bridge();
        Run(scanner, bridge, async ecr =>
        {
            await ecr.CreateAsync("web");
            await ecr.PushAsync("web", "v1");
            await ecr.Ecr.PutRegistryScanningConfigurationAsync(Rules(ScanType.Enhanced, ScanFrequency.ContinuousScan, "*"), ecr.Caller, default);
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            var found = await DescribeAsync(ecr);
            (found.ImageScanStatus?.Status, found.ImageScanFindings?.Findings).ShouldBe((ScanStatus.Active, null));
            var finding = found.ImageScanFindings?.EnhancedFindings.ShouldNotBeNull()[0];
            (finding?.Title, finding?.FixAvailable, finding?.Type).ShouldBe(("CVE-2026-2 - openssl", "YES", "PACKAGE_VULNERABILITY"));
            (await ecr.World.Throws<ValidationException>(() => ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default)))
                .Message.ShouldBe("This feature is disabled");
            await ecr.World.RunFor(TimeSpan.FromHours(3));
            scanner.Requests.Count.ShouldBe(1);
            scanner.DataVersion = "2";
            await ecr.World.RunFor(TimeSpan.FromHours(1.5));
            scanner.Requests.Count.ShouldBe(2);
        });
        Events(bridge, "ECR Image Scan").ShouldBeEmpty();
        var entry = Events(bridge, "Inspector2 Scan").Single(); // The first scan alone.
        var detail = JsonDocument.Parse(entry.Detail ?? "").RootElement;
        (entry.Source, detail.GetProperty("scan-status").GetString(), detail.GetProperty("repository-name").GetString(), detail.GetProperty("finding-severity-counts").GetProperty("TOTAL").GetInt32())
            .ShouldBe(("aws.inspector2", "INITIAL_SCAN_COMPLETE", "arn:aws:ecr:us-east-1:123456789012:repository/web", 2));
    }

    [Fact]
    public void What_cannot_be_scanned_says_so()
    {
        var scanner = new FakeScanner { Answer = _ => new ScanOutcome.Unsupported("The operating system 'plan9' is not supported.") };
        Run(scanner, Bridge(), async ecr =>
        {
            await ecr.CreateAsync("web");
            var digest = await ecr.PushAsync("web", "v1");
            await ecr.PutAsync("web", Given.Index(digest), "all");
            await ecr.World.Throws<UnsupportedImageTypeException>(() => ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "all" } }, ecr.Caller, default));
            await ecr.World.Throws<ImageNotFoundException>(() => ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "none" } }, ecr.Caller, default));
            await ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            (await DescribeAsync(ecr)).ImageScanStatus.ShouldBe(new() { Status = ScanStatus.Failed, Description = "UnsupportedImageError: The operating system 'plan9' is not supported." });
            scanner.Answer = _ => new ScanOutcome.Failed("A layer unpacks to more than 16 GiB.");
            await ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            (await DescribeAsync(ecr)).ImageScanStatus.ShouldBe(new() { Status = ScanStatus.Failed, Description = "A layer unpacks to more than 16 GiB." });
        });
    }

    [Fact]
    public void Findings_go_with_their_image()
    {
        var scanner = new FakeScanner { Answer = _ => Found() };
        Run(scanner, Bridge(), async ecr =>
        {
            await ecr.CreateAsync("web");
            var digest = await ecr.PushAsync("web", "v1");
            await ecr.Ecr.StartImageScanAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            var findings = ecr.World.Store.Current.Find(State.EcrTables.Scans, ecr.Key("web", digest))?.Findings.ShouldNotBeNull() ?? "";
            (await ecr.World.Client<Platform.IBlobStore>().FindAsync(findings, default)).ShouldNotBeNull();
            await ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageDigest = digest }] }, ecr.Caller, default);
            await ecr.World.RunFor(TimeSpan.FromSeconds(1));
            (await ecr.World.Client<Platform.IBlobStore>().FindAsync(findings, default)).ShouldBeNull();
        });
    }

    internal static IEventbridge Bridge() => RoomStub.Of<IEventbridge>(("PutEvents", _ => new PutEventsResponse { FailedEntryCount = 0 }));

    internal static IEnumerable<PutEventsRequestEntry> Events(IEventbridge bridge, string type) =>
        RoomStub.AskedOf(bridge).Cast<PutEventsRequest>().SelectMany(r => r.Entries).Where(e => e.DetailType == type);

    private static void Run(FakeScanner scanner, IEventbridge bridge, Func<EcrWorld, Task> test) =>
        EcrWorld.Run(test, services => services.AddSingleton<IImageScanner>(scanner).AddSingleton(bridge));

    private static Task<DescribeImageScanFindingsResponse> DescribeAsync(EcrWorld ecr) =>
        ecr.Ecr.DescribeImageScanFindingsAsync(new() { RepositoryName = "web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);

    private static PutRegistryScanningConfigurationRequest Rules(ScanType type, ScanFrequency frequency, string filter) => new()
    {
        ScanType = type,
        Rules = [new() { ScanFrequency = frequency, RepositoryFilters = [new() { Filter = filter, FilterType = ScanningRepositoryFilterType.Wildcard }] }],
    };

    private static ScanOutcome.Completed Found() => new()
    {
        Findings =
        [
            new() { Vulnerability = "CVE-2026-1", Severity = ScanSeverity.Low, Package = "zlib", Version = "1.0", PackageManager = "dpkg" },
            new()
            {
                Vulnerability = "CVE-2026-2", Severity = ScanSeverity.Critical, Package = "openssl", Version = "1.1", FixedVersion = "1.2", PackageManager = "dpkg",
                Uri = "https://example.com/2", Scores = [new("3.1", "CVSS:3.1/AV:N", 9.8)],
            },
        ],
    };
}
