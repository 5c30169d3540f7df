using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecr;
using Minato.Contracts.Ecs;
using Minato.Ecr.State;
using static Minato.Ecr.Tests.LifecyclePolicyTests;

namespace Minato.Ecr.Tests;

public sealed class LifecycleTests
{
    private const string KeepOne = """ "tagStatus":"any","countType":"imageCountMoreThan","countNumber":1 """;

    [Fact]
    public void A_preview_shows_what_would_go_and_nothing_goes() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        var first = await ecr.PushAsync("web", "v1", "one");
        await ecr.World.RunFor(TimeSpan.FromHours(1));
        await ecr.PushAsync("web", "v2", "two");
        await ecr.World.Throws<LifecyclePolicyPreviewNotFoundException>(() => PreviewAsync(ecr));
        await ecr.World.Throws<LifecyclePolicyNotFoundException>(() => ecr.Ecr.StartLifecyclePolicyPreviewAsync(new() { RepositoryName = "web" }, ecr.Caller, default));
        var started = await ecr.Ecr.StartLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", LifecyclePolicyText = Policy(Rule(1, KeepOne)) }, ecr.Caller, default);
        started.Status.ShouldBe(LifecyclePolicyPreviewStatus.InProgress);
        await ecr.World.Throws<LifecyclePolicyPreviewInProgressException>(
            () => ecr.Ecr.StartLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", LifecyclePolicyText = Policy(Rule(1, KeepOne)) }, ecr.Caller, default));
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        var preview = await PreviewAsync(ecr);
        preview.Status.ShouldBe(LifecyclePolicyPreviewStatus.Complete);
        preview.Summary.ShouldNotBeNull().ExpiringImageTotalCount.ShouldBe(1);
        var shown = preview.PreviewResults.ShouldNotBeNull().Single();
        (shown.ImageDigest, shown.AppliedRulePriority, shown.Action?.Type, shown.StorageClass).ShouldBe((first, 1, ImageActionType.Expire, LifecyclePolicyStorageClass.Standard));
        (await ecr.TagsAsync("web")).ShouldBe(["v1", "v2"]);
        await ecr.World.RunFor(TimeSpan.FromDays(1));
        (await PreviewAsync(ecr)).Status.ShouldBe(LifecyclePolicyPreviewStatus.Expired);
    });

    [Fact]
    public void A_preview_is_filtered_and_given_by_pages() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        foreach (var i in Enumerable.Range(0, 5))
        {
            await ecr.PushAsync("web", i == 0 ? null : $"v{i}", $"content {i}");
            await ecr.World.RunFor(TimeSpan.FromMinutes(1));
        }

        await ecr.Ecr.StartLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", LifecyclePolicyText = Policy(Rule(1, KeepOne)) }, ecr.Caller, default);
        await ecr.World.RunFor(TimeSpan.FromSeconds(1));
        var first = await ecr.Ecr.GetLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", MaxResults = 3 }, ecr.Caller, default);
        var second = await ecr.Ecr.GetLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", MaxResults = 3, NextToken = first.NextToken }, ecr.Caller, default);
        (first.PreviewResults?.Length, second.PreviewResults?.Length, second.NextToken).ShouldBe((3, 1, null));
        var untagged = await ecr.Ecr.GetLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", Filter = new() { TagStatus = TagStatus.Untagged } }, ecr.Caller, default);
        untagged.PreviewResults.ShouldNotBeNull().Single().ImageTags.ShouldBeNull();
        var named = await ecr.Ecr.GetLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v2" }] }, ecr.Caller, default);
        named.PreviewResults.ShouldNotBeNull().Single().ImageTags.ShouldBe(["v2"]);
    });

    [Fact]
    public void A_policy_is_carried_out_by_the_clock() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        await ecr.PushAsync("web", "v1", "one");
        await ecr.World.RunFor(TimeSpan.FromDays(1));
        await ecr.PushAsync("web", "v2", "two");
        var text = Policy(Rule(1, """ "tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":2 """));
        await ecr.Ecr.PutLifecyclePolicyAsync(new() { RepositoryName = "web", LifecyclePolicyText = text }, ecr.Caller, default);
        await ecr.World.RunFor(TimeSpan.FromHours(20));
        (await ecr.TagsAsync("web")).ShouldBe(["v1", "v2"]);
        await ecr.World.RunFor(TimeSpan.FromHours(6));
        (await ecr.TagsAsync("web")).ShouldBe(["v2"]);
        (await ecr.Ecr.GetLifecyclePolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).LastEvaluatedAt.ShouldNotBeNull();
        await ecr.World.RunFor(TimeSpan.FromDays(1.2));
        (await ecr.TagsAsync("web")).ShouldBeEmpty();
    });

    [Fact]
    public void Images_that_tasks_run_or_services_would_go_back_to_are_kept_unless_a_setting_says_so()
    {
        var (running, previous) = ("", "");
        var ecs = RoomStub.Of<IEcs>(
            ("ListClusters", _ => new ListClustersResponse { ClusterArns = ["prod"] }),
            ("ListTasks", _ => new ListTasksResponse { TaskArns = ["arn:task"] }),
            ("DescribeTasks", _ => new DescribeTasksResponse
            {
                Tasks = [new() { TaskArn = "arn:task", Containers = [new() { Image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:v1", ImageDigest = running }] }],
            }),
            ("ListServices", _ => new ListServicesResponse { ServiceArns = ["arn:service"] }),
            ("ListServiceDeployments", _ => new ListServiceDeploymentsResponse { ServiceDeployments = [new() { ServiceDeploymentArn = "arn:deployment" }] }),
            ("DescribeServiceDeployments", _ => new DescribeServiceDeploymentsResponse
            {
                ServiceDeployments = [new() { TargetServiceRevision = new() { Arn = "arn:new" }, SourceServiceRevisions = [new() { Arn = "arn:old" }] }],
            }),
            ("DescribeServiceRevisions", _ => new DescribeServiceRevisionsResponse
            {
                ServiceRevisions = [new() { ContainerImages = [new() { Image = "127.0.0.1:4566/web:v2", ImageDigest = previous }] }],
            }));
        EcrWorld.Run(
            async ecr =>
            {
                await ecr.CreateAsync("web");
                running = await ecr.PushAsync("web", "v1", "one");
                previous = await ecr.PushAsync("web", "v2", "two");
                await ecr.PushAsync("web", "v3", "three");
                await ecr.World.RunFor(TimeSpan.FromHours(1));
                await ecr.PushAsync("web", "v4", "four");
                await ecr.Ecr.StartLifecyclePolicyPreviewAsync(new() { RepositoryName = "web", LifecyclePolicyText = Policy(Rule(1, KeepOne)) }, ecr.Caller, default);
                await ecr.World.RunFor(TimeSpan.FromSeconds(1));
                var preview = await PreviewAsync(ecr);
                preview.Summary.ShouldNotBeNull().ExpiringImageTotalCount.ShouldBe(1);
                preview.PreviewResults.ShouldNotBeNull().Where(r => r.Action is null).Select(r => r.ImageDigest ?? "").ShouldBe([running, previous], ignoreOrder: true);
                await ecr.Ecr.PutLifecyclePolicyAsync(new() { RepositoryName = "web", LifecyclePolicyText = Policy(Rule(1, KeepOne)) }, ecr.Caller, default);
                await ecr.World.RunFor(TimeSpan.FromHours(2));
                (await ecr.TagsAsync("web")).ShouldBe(["v1", "v2", "v4"]);
                await ecr.Ecr.PutAccountSettingAsync(new() { Name = "LIFECYCLE_IMAGES_IN_USE", Value = "EXPIRE" }, ecr.Caller, default);
                await ecr.World.RunFor(TimeSpan.FromHours(2));
                (await ecr.TagsAsync("web")).ShouldBe(["v4"]);
            },
            services => services.AddSingleton(ecs));
    }

    [Fact]
    public void A_transition_archives_and_a_push_brings_back() => EcrWorld.Run(async ecr =>
    {
        await ecr.CreateAsync("web");
        var digest = await ecr.PushAsync("web", "v1", "one");
        var text = Policy(Rule(1, """ "tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":1 """, """ "type":"transition","targetStorageClass":"archive" """));
        await ecr.Ecr.PutLifecyclePolicyAsync(new() { RepositoryName = "web", LifecyclePolicyText = text }, ecr.Caller, default);
        await ecr.World.RunFor(TimeSpan.FromHours(26));
        (await ecr.TagsAsync("web")).ShouldBeEmpty();
        var archived = await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web", Filter = new() { ImageStatus = ImageStatusFilter.Archived } }, ecr.Caller, default);
        archived.ImageDetails.ShouldNotBeNull().Single().ShouldSatisfyAllConditions(i => i.ImageStatus.ShouldBe(ImageStatus.Archived), i => i.LastArchivedAt.ShouldNotBeNull());
        var refused = await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default);
        refused.Failures.ShouldNotBeNull().Single().FailureCode.ShouldBe(ImageFailureCode.ImageInaccessible);
        await ecr.Ecr.UpdateImageStorageClassAsync(new() { RepositoryName = "web", ImageId = new() { ImageDigest = digest }, TargetStorageClass = TargetStorageClass.Standard }, ecr.Caller, default);
        await ecr.World.RunFor(TimeSpan.FromMinutes(1));
        (await ecr.TagsAsync("web")).ShouldBe(["v1"]);
        await ecr.World.Throws<ImageStorageClassUpdateNotSupportedException>(() => ecr.Ecr.UpdateImageStorageClassAsync(
            new() { RepositoryName = "web", ImageId = new() { ImageDigest = digest }, TargetStorageClass = TargetStorageClass.Standard }, ecr.Caller, default));
    });

    private static Task<GetLifecyclePolicyPreviewResponse> PreviewAsync(EcrWorld ecr) => ecr.Ecr.GetLifecyclePolicyPreviewAsync(new() { RepositoryName = "web" }, ecr.Caller, default);
}
