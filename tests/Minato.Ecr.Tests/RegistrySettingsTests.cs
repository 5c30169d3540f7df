using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Tests;

public sealed class RegistrySettingsTests
{
    private const string Other = "210987654321";

    [Fact]
    public void A_push_is_copied_to_other_regions_and_not_copied_on() => EcrWorld.Run(async ecr =>
    {
        var (west, east) = (ecr.In("us-west-2"), ecr.In("eu-west-1"));
        await ecr.CreateAsync("prod/web");
        await ecr.CreateAsync("test/web");
        await ecr.PushAsync("prod/web", "early", "early");
        await ReplicateAsync(ecr, "us-west-2", filter: "prod/");
        await ReplicateAsync(west, "eu-west-1");
        var digest = await ecr.PushAsync("prod/web", "v1");
        await ecr.PushAsync("test/web", "v1");
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        (await west.TagsAsync("prod/web")).ShouldBe(["v1"]);
        await ecr.World.Throws<RepositoryNotFoundException>(() => west.TagsAsync("test/web"));
        await ecr.World.Throws<RepositoryNotFoundException>(() => east.TagsAsync("prod/web"));
        var status = await ecr.Ecr.DescribeImageReplicationStatusAsync(new() { RepositoryName = "prod/web", ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);
        status.ReplicationStatuses.ShouldBe([new() { Region = "us-west-2", RegistryId = "123456789012", Status = ReplicationStatus.Complete }]);
        status.ImageId?.ImageDigest.ShouldBe(digest);
        (await ecr.Ecr.DescribeRegistryAsync(new(), ecr.Caller, default)).ReplicationConfiguration?.Rules.Length.ShouldBe(1);
    });

    [Fact]
    public void A_list_is_copied_with_its_images_and_deletes_are_not() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        var child = await ecr.PushAsync("web", null);
        await ReplicateAsync(ecr, "us-west-2");
        var list = await ecr.PutAsync("web", Given.Index(child), "all");
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        var west = ecr.In("us-west-2");
        (await west.TagsAsync("web")).ShouldBe([child, "all"], ignoreOrder: true);
        await ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageDigest = list }, new() { ImageDigest = child }] }, ecr.Caller, default);
        await ecr.World.RunFor(TimeSpan.FromDays(3));
        (await west.TagsAsync("web")).ShouldBe([child, "all"], ignoreOrder: true);
        await EveryByteIsThereAsync(ecr);
    });

    [Fact]
    public void Another_account_must_let_copies_in() => EcrWorld.Run(async ecr =>
    {
        var other = ecr.In("us-east-1", Other);
        await ecr.CreateAsync("web");
        await ReplicateAsync(ecr, "us-east-1", Other);
        var id = new ImageIdentifier { ImageTag = "v1" };
        await ecr.PushAsync("web", "v1", "one");
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        var refused = await ecr.Ecr.DescribeImageReplicationStatusAsync(new() { RepositoryName = "web", ImageId = id }, ecr.Caller, default);
        refused.ReplicationStatuses.ShouldNotBeNull().Single().ShouldSatisfyAllConditions(s => s.Status.ShouldBe(ReplicationStatus.Failed), s => s.FailureCode.ShouldBe("AccessDenied"));
        await other.Ecr.PutRegistryPolicyAsync(new() { PolicyText = Policy("arn:aws:iam::123456789012:root", "ecr:ReplicateImage", "ecr:CreateRepository") }, other.Caller, default);
        await ecr.PushAsync("web", "v2", "two");
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        (await other.TagsAsync("web")).ShouldBe(["v2"]);
    });

    [Fact]
    public void A_fixed_tag_of_the_destination_stays_and_the_image_comes_without_it() => EcrWorld.Run(async ecr =>
    {
        var west = ecr.In("us-west-2");
        await ecr.CreateAsync("web");
        await west.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web", ImageTagMutability = ImageTagMutability.Immutable }, west.Caller, default);
        await west.PushAsync("web", "v1", "theirs");
        await ReplicateAsync(ecr, "us-west-2");
        var digest = await ecr.PushAsync("web", "v1", "ours");
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        (await west.TagsAsync("web")).ShouldBe([digest, "v1"], ignoreOrder: true);
    });

    [Fact]
    public void A_registry_is_not_its_own_destination() => EcrWorld.Run(async ecr =>
        (await ecr.World.Throws<InvalidParameterException>(() => ReplicateAsync(ecr, "us-east-1"))).Message.ShouldBe(
            "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: 'Replication destination cannot be the same as the source registry'"));

    [Fact]
    public void The_template_with_the_longest_prefix_makes_the_repository() => EcrWorld.Run(async ecr =>
    {
        var west = ecr.In("us-west-2");
        foreach (var (prefix, mutability) in new[] { ("ROOT", ImageTagMutability.Mutable), ("prod", ImageTagMutability.Mutable), ("prod/web/", ImageTagMutability.Immutable) })
        {
            await west.Ecr.CreateRepositoryCreationTemplateAsync(
                new() { Prefix = prefix, AppliedFor = [RCTAppliedFor.Replication], ImageTagMutability = mutability, ResourceTags = [new() { Key = "from", Value = prefix }] }, west.Caller, default);
        }

        await ecr.World.Throws<TemplateAlreadyExistsException>(() => west.Ecr.CreateRepositoryCreationTemplateAsync(
            new() { Prefix = "prod/web", AppliedFor = [RCTAppliedFor.Replication] }, west.Caller, default));
        await ReplicateAsync(ecr, "us-west-2");
        foreach (var name in new[] { "prod/web/api", "prod/webs", "other" })
        {
            await ecr.CreateAsync(name);
            await ecr.PushAsync(name, "v1");
        }

        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        var made = (await west.Ecr.DescribeRepositoriesAsync(new() { RepositoryNames = ["prod/web/api", "prod/webs", "other"] }, west.Caller, default)).Repositories.ShouldNotBeNull();
        made.Select(r => r.ImageTagMutability ?? default).ShouldBe([ImageTagMutability.Immutable, ImageTagMutability.Mutable, ImageTagMutability.Mutable]);
        var tags = await west.Ecr.ListTagsForResourceAsync(new() { ResourceArn = made[1].RepositoryArn ?? "" }, west.Caller, default);
        tags.Tags.ShouldBe([new() { Key = "from", Value = "prod" }]);
        (await west.Ecr.DescribeRepositoryCreationTemplatesAsync(new(), west.Caller, default)).RepositoryCreationTemplates.ShouldNotBeNull().Select(t => t.Prefix ?? "")
            .ShouldBe(["ROOT", "prod", "prod/web"]);
        await west.Ecr.UpdateRepositoryCreationTemplateAsync(new() { Prefix = "prod", Description = "changed" }, west.Caller, default);
        (await west.Ecr.DeleteRepositoryCreationTemplateAsync(new() { Prefix = "prod" }, west.Caller, default)).RepositoryCreationTemplate?.Description.ShouldBe("changed");
        await ecr.World.Throws<TemplateNotFoundException>(() => west.Ecr.DeleteRepositoryCreationTemplateAsync(new() { Prefix = "prod" }, west.Caller, default));
    });

    [Fact]
    public void Policies_open_a_repository_to_other_accounts_and_close_it_to_the_own() => EcrWorld.Run(async ecr =>
    {
        var other = ecr.In("us-east-1", Other);
        await ecr.CreateAsync("web");
        await ecr.PushAsync("web", "v1");
        Task<ListImagesResponse> ListAsync() => ecr.Ecr.ListImagesAsync(new() { RegistryId = "123456789012", RepositoryName = "web" }, other.Caller, default);
        (await ecr.World.Throws<Aws.AwsException>(ListAsync)).Message.ShouldBe(
            "User: arn:aws:iam::210987654321:root is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:us-east-1:123456789012:repository/web "
            + "because no resource-based policy allows the ecr:ListImages action");
        var text = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"ecr:List*"}]}""";
        await ecr.Ecr.SetRepositoryPolicyAsync(new() { RepositoryName = "web", PolicyText = text }, ecr.Caller, default);
        (await ListAsync()).ImageIds?.Length.ShouldBe(1);
        await ecr.World.Throws<Aws.AwsException>(() => ecr.Ecr.BatchGetImageAsync(
            new() { RegistryId = "123456789012", RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, other.Caller, default));
        var deny = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:BatchDeleteImage","Resource":"*"}]}""";
        await ecr.Ecr.PutRegistryPolicyAsync(new() { PolicyText = deny }, ecr.Caller, default);
        (await ecr.World.Throws<Aws.AwsException>(() => ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default)))
            .Message.ShouldEndWith("with an explicit deny in a resource-based policy");
        (await ecr.Ecr.GetRegistryPolicyAsync(new(), ecr.Caller, default)).PolicyText.ShouldBe(deny);
        await ecr.Ecr.DeleteRegistryPolicyAsync(new(), ecr.Caller, default);
        await ecr.World.Throws<RegistryPolicyNotFoundException>(() => ecr.Ecr.DeleteRegistryPolicyAsync(new(), ecr.Caller, default));
        await ecr.World.Throws<InvalidParameterException>(() => ecr.Ecr.PutRegistryPolicyAsync(new() { PolicyText = "{}" }, ecr.Caller, default));
    });

    [Fact]
    public void Pushes_and_deletes_are_told_to_EventBridge()
    {
        var bridge = ScanTests.Bridge();
        EcrWorld.Run(
            async ecr =>
            {
                await ecr.CreateAsync("web");
                var digest = await ecr.PushAsync("web", "v1");
                await ecr.PushAsync("web", "v2");
                await ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default);
                await ecr.World.RunFor(TimeSpan.FromSeconds(1));
                ScanTests.Events(bridge, "ECR Image Action").Select(e => (e.Source ?? "", e.Detail ?? "")).ShouldBe(
                [
                    ("aws.ecr", Detail(digest, "PUSH", "v1")), ("aws.ecr", Detail(digest, "PUSH", "v2")), ("aws.ecr", Detail(digest, "DELETE", "v1")),
                ]);
                ecr.World.Store.Current.Count(EcrTables.Events).ShouldBe(0);
            },
            services => services.AddSingleton(bridge));

        static string Detail(string digest, string action, string tag) =>
            $$"""{"result":"SUCCESS","repository-name":"web","image-digest":"{{digest}}","action-type":"{{action}}","image-tag":"{{tag}}"}""";
    }

    [Fact]
    public void A_copy_is_told_where_it_arrives()
    {
        var bridge = ScanTests.Bridge();
        EcrWorld.Run(
            async ecr =>
            {
                await ecr.CreateAsync("web");
                await ReplicateAsync(ecr, "us-west-2");
                await ecr.PushAsync("web", "v1");
                await ecr.World.RunFor(TimeSpan.FromSeconds(1));
                var entry = ScanTests.Events(bridge, "ECR Replication Action").Single();
                entry.Resources.ShouldBe(["arn:aws:ecr:us-west-2:123456789012:repository/web"]);
                var detail = JsonDocument.Parse(entry.Detail ?? "").RootElement;
                (detail.GetProperty("result").GetString(), detail.GetProperty("source-region").GetString(), detail.GetProperty("image-tag").GetString()).ShouldBe(("SUCCESS", "us-east-1", "v1"));
            },
            services => services.AddSingleton(bridge));
    }

    [Fact]
    public void Pulls_are_counted_by_the_minute()
    {
        var watch = RoomStub.Of<ICloudWatch>(("PutMetricData", _ => new PutMetricDataResponse()));
        EcrWorld.Run(
            async ecr =>
            {
                await ecr.CreateAsync("web");
                await ecr.PushAsync("web", "v1");
                foreach (var _ in Enumerable.Range(0, 3))
                    await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default);
                await ecr.World.RunFor(TimeSpan.FromMinutes(3));
                var put = RoomStub.AskedOf(watch).Cast<PutMetricDataRequest>().Single();
                put.Namespace.ShouldBe("AWS/ECR");
                put.MetricData.ShouldNotBeNull().Single().ShouldSatisfyAllConditions(
                    d => d.MetricName.ShouldBe("RepositoryPullCount"), d => d.Value.ShouldBe(3), d => d.Dimensions.ShouldNotBeNull().Single().Value.ShouldBe("web"));
            },
            services => services.AddSingleton(watch));
    }

    [Fact]
    public void Pulls_of_excluded_principals_are_not_noted() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        await ecr.PushAsync("web", "v1");
        var scanner = ecr.Caller with { PrincipalArn = "arn:aws:sts::123456789012:assumed-role/scanner/session" };
        await ecr.Ecr.RegisterPullTimeUpdateExclusionAsync(new() { PrincipalArn = "arn:aws:iam::123456789012:role/scanner" }, ecr.Caller, default);
        await ecr.World.Throws<ExclusionAlreadyExistsException>(
            () => ecr.Ecr.RegisterPullTimeUpdateExclusionAsync(new() { PrincipalArn = "arn:aws:iam::123456789012:role/scanner" }, ecr.Caller, default));
        await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, scanner, default);
        (await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageDetails.ShouldNotBeNull().Single().LastRecordedPullTime.ShouldBeNull();
        (await ecr.Ecr.ListPullTimeUpdateExclusionsAsync(new(), ecr.Caller, default)).PullTimeUpdateExclusions.ShouldBe(["arn:aws:iam::123456789012:role/scanner"]);
        await ecr.Ecr.DeregisterPullTimeUpdateExclusionAsync(new() { PrincipalArn = "arn:aws:iam::123456789012:role/scanner" }, ecr.Caller, default);
        await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, scanner, default);
        (await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageDetails.ShouldNotBeNull().Single().LastRecordedPullTime.ShouldNotBeNull();
    });

    [Fact]
    public void Signing_is_configured_and_fails_for_want_of_a_signer() => EcrWorld.Run(async ecr =>
    {
        const string Profile = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/mine";
        await ecr.World.Throws<SigningConfigurationNotFoundException>(() => ecr.Ecr.GetSigningConfigurationAsync(new(), ecr.Caller, default));
        var rules = new SigningConfiguration
        {
            Rules = [new() { SigningProfileArn = Profile, RepositoryFilters = [new() { Filter = "prod*", FilterType = SigningRepositoryFilterType.WildcardMatch }] }],
        };
        await ecr.Ecr.PutSigningConfigurationAsync(new() { SigningConfiguration = rules }, ecr.Caller, default);
        foreach (var name in new[] { "prod", "test" })
        {
            await ecr.CreateAsync(name);
            await ecr.PushAsync(name, "v1");
        }

        Task<DescribeImageSigningStatusResponse> OfAsync(string name) =>
            ecr.Ecr.DescribeImageSigningStatusAsync(new() { RepositoryName = name, ImageId = new() { ImageTag = "v1" } }, ecr.Caller, default);
        (await OfAsync("prod")).SigningStatuses.ShouldNotBeNull().Single().ShouldSatisfyAllConditions(s => s.Status.ShouldBe(SigningStatus.Failed), s => s.SigningProfileArn.ShouldBe(Profile));
        (await OfAsync("test")).SigningStatuses.ShouldBe([]);
        (await ecr.Ecr.DeleteSigningConfigurationAsync(new(), ecr.Caller, default)).SigningConfiguration?.Rules.Length.ShouldBe(1);
    });

    [Theory]
    [InlineData("public.ecr.aws", null, true), InlineData("https://registry-1.docker.io", null, true), InlineData("ghcr.io", null, true)]
    [InlineData("mine.azurecr.io", null, true), InlineData("210987654321.dkr.ecr.eu-west-1.amazonaws.com", null, true)]
    [InlineData("http://127.0.0.1:5000", null, false), InlineData("registry.example:5000", null, false)]
    [InlineData("registry.example", null, null), InlineData("quay.io", UpstreamRegistry.DockerHub, null), InlineData("ftp://quay.io", null, null), InlineData("quay.io/path", null, null)]
    public void An_upstream_is_one_of_AWSs_or_is_named_as_ones_own(string url, UpstreamRegistry? said, bool? isKnown) =>
        (UpstreamNames.Recognize(url, said)?.IsKnown).ShouldBe(isKnown);

    internal static async Task EveryByteIsThereAsync(EcrWorld ecr)
    {
        var blobs = ecr.World.Client<Platform.IBlobStore>();
        foreach (var image in ecr.World.Store.Current.All(EcrTables.Images))
        {
            foreach (var digest in image.Layers.Add(image.Key.Digest)) (await blobs.FindAsync(digest, default)).ShouldNotBeNull();
        }
    }

    private static Task ReplicateAsync(EcrWorld ecr, string region, string account = "123456789012", string? filter = null) => ecr.Ecr.PutReplicationConfigurationAsync(
        new()
        {
            ReplicationConfiguration = new()
            {
                Rules =
                [
                    new()
                    {
                        Destinations = [new() { Region = region, RegistryId = account }],
                        RepositoryFilters = filter is null ? null : [new() { Filter = filter, FilterType = RepositoryFilterType.PrefixMatch }],
                    },
                ],
            },
        },
        ecr.Caller, default);

    private static string Policy(string principal, params string[] actions) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":["{{string.Join("\",\"", actions)}}"],"Resource":"*"}]}""";
}
