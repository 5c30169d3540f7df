using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;

namespace Minato.Ec2.Tests;

public sealed class LaunchTemplateTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly RequestLaunchTemplateData s_data = new()
    {
        ImageId = "ami-0", InstanceType = "m5.large", UserData = "IyEvYmluL3No",
        TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "from", Value = "template" }] }],
    };

    [Fact]
    public async Task A_template_is_found_by_id_and_by_name_and_its_name_is_taken()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = await CreateAsync(world);
        (made.DefaultVersionNumber, made.LatestVersionNumber, made.CreatedBy).ShouldBe((1, 1, world.Caller.PrincipalArn));
        made.LaunchTemplateId.ShouldStartWith("lt-0");
        var byName = await world.Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateNames = ["web"] }, world.Caller, None);
        byName.LaunchTemplates?.Single().LaunchTemplateId.ShouldBe(made.LaunchTemplateId);
        await Ec2Fixture.RefusedAsync(CreateAsync(world), "InvalidLaunchTemplateName.AlreadyExistsException");
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateNames = ["other"] }, world.Caller, None), "InvalidLaunchTemplateName.NotFoundException");
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateIds = ["lt-0"] }, world.Caller, None), "InvalidLaunchTemplateId.NotFound");
        (await world.Ec2.DescribeLaunchTemplatesAsync(new(), Ec2Fixture.CallerIn("eu-west-1"), None)).LaunchTemplates.ShouldBe([]);
    }

    [Fact]
    public async Task A_client_token_creates_one_template()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var request = new CreateLaunchTemplateRequest { LaunchTemplateName = "web", LaunchTemplateData = s_data, ClientToken = "once" };
        var first = await world.Ec2.CreateLaunchTemplateAsync(request, world.Caller, None);
        (await world.Ec2.CreateLaunchTemplateAsync(request, world.Caller, None)).LaunchTemplate?.LaunchTemplateId.ShouldBe(first.LaunchTemplate?.LaunchTemplateId);
    }

    [Fact]
    public async Task A_version_takes_over_what_its_source_says_and_numbers_are_never_given_again()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await CreateAsync(world);
        var second = await VersionAsync(world, new() { InstanceType = "c5.large" }, source: "1");
        (second.VersionNumber, second.DefaultVersion).ShouldBe((2, false));
        (second.LaunchTemplateData?.ImageId, second.LaunchTemplateData?.InstanceType).ShouldBe(("ami-0", "c5.large"));
        var third = await VersionAsync(world, new() { InstanceType = "r5.large" });
        (third.LaunchTemplateData?.ImageId, third.LaunchTemplateData?.InstanceType).ShouldBe((null, "r5.large"));
        var deleted = await world.Ec2.DeleteLaunchTemplateVersionsAsync(new() { LaunchTemplateName = "web", Versions = ["3", "1", "9"] }, world.Caller, None);
        deleted.SuccessfullyDeletedLaunchTemplateVersions?.Select(v => v.VersionNumber).ShouldBe([3]);
        deleted.UnsuccessfullyDeletedLaunchTemplateVersions?.Select(v => (v.VersionNumber, v.ResponseError?.Code)).ShouldBe(
            [(1, LaunchTemplateErrorCode.UnexpectedError), (9, LaunchTemplateErrorCode.LaunchTemplateVersionDoesNotExist)]);
        (await DescribeAsync(world, "$Latest")).Single().VersionNumber.ShouldBe(2);
        (await VersionAsync(world, new())).VersionNumber.ShouldBe(4);
    }

    [Fact]
    public async Task The_default_version_is_what_ModifyLaunchTemplate_says()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await CreateAsync(world);
        await VersionAsync(world, new() { ImageId = "ami-1" });
        (await DescribeAsync(world, "$Default")).Single().VersionNumber.ShouldBe(1);
        await world.Ec2.ModifyLaunchTemplateAsync(new() { LaunchTemplateName = "web", DefaultVersion = "2" }, world.Caller, None);
        (await DescribeAsync(world, "$Default")).Single().VersionNumber.ShouldBe(2);
        (await DescribeAsync(world)).Select(v => v.DefaultVersion).ShouldBe([false, true]);
        await Ec2Fixture.RefusedAsync(
            world.Ec2.ModifyLaunchTemplateAsync(new() { LaunchTemplateName = "web", DefaultVersion = "7" }, world.Caller, None), "InvalidLaunchTemplateId.VersionNotFound");
    }

    [Fact]
    public async Task A_deleted_template_is_gone_with_its_versions()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await CreateAsync(world);
        await world.Ec2.DeleteLaunchTemplateAsync(new() { LaunchTemplateName = "web" }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(DescribeAsync(world), "InvalidLaunchTemplateName.NotFoundException");
        (await DescribeAsync(world, after: await CreateAsync(world))).Single().VersionNumber.ShouldBe(1);
    }

    [Fact]
    public async Task RunInstances_does_what_the_template_says_and_the_request_more_so()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await CreateAsync(world);
        var plain = (await world.Ec2.RunInstancesAsync(new() { MinCount = 1, MaxCount = 1, LaunchTemplate = new() { LaunchTemplateName = "web" } }, world.Caller, None)).Instances?[0];
        (plain?.InstanceType, plain?.ImageId).ShouldBe(("m5.large", "ami-0"));
        plain?.Tags?.Where(t => t.Key?.StartsWith("aws:", StringComparison.Ordinal) is false).Select(t => (t.Key, t.Value)).ShouldBe([("from", "template")]);
        var larger = (await world.Ec2.RunInstancesAsync(new()
        {
            MinCount = 1, MaxCount = 1, InstanceType = "m5.xlarge", LaunchTemplate = new() { LaunchTemplateName = "web", Version = "$Latest" },
            TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "from", Value = "request" }] }],
            InstanceMarketOptions = new() { MarketType = MarketType.Spot },
        }, world.Caller, None)).Instances?[0];
        (larger?.InstanceType, larger?.ImageId, larger?.InstanceLifecycle).ShouldBe(("m5.xlarge", "ami-0", InstanceLifecycleType.Spot));
        larger?.Tags?.Where(t => t.Key?.StartsWith("aws:", StringComparison.Ordinal) is false).Select(t => (t.Key, t.Value)).ShouldBe([("from", "request")]);
        await Ec2Fixture.RefusedAsync(world.Ec2.RunInstancesAsync(
            new() { MinCount = 1, MaxCount = 1, LaunchTemplate = new() { LaunchTemplateName = "none" } }, world.Caller, None), "InvalidLaunchTemplateName.NotFoundException");
    }

    [Fact]
    public async Task Refusals()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await Ec2Fixture.RefusedAsync(CreateAsync(world, "a b"), "InvalidLaunchTemplateName.MalformedException");
        await Ec2Fixture.RefusedAsync(world.Ec2.ModifyLaunchTemplateAsync(new() { DefaultVersion = "1" }, world.Caller, None), "MissingParameter");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateLaunchTemplateAsync(new()
        {
            LaunchTemplateName = "web", LaunchTemplateData = new() { TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "aws:mine", Value = "" }] }] },
        }, world.Caller, None), "InvalidParameterValue");
    }

    /// <summary>A member that only the request has would be lost without a word.</summary>
    [Fact]
    public void What_is_asked_is_answered_member_by_member() => Missing(typeof(RequestLaunchTemplateData), typeof(ResponseLaunchTemplateData), []).ShouldBe([]);

    [Fact]
    public void Enums_and_nested_members_survive_a_merge()
    {
        var merged = LaunchTemplateData.Merge(null, new()
        {
            InstanceMarketOptions = new() { MarketType = MarketType.Spot, SpotOptions = new() { MaxPrice = "0.1" } },
            BlockDeviceMappings = [new() { DeviceName = "/dev/xvda", Ebs = new() { VolumeSize = 30, VolumeType = VolumeType.Gp3 } }],
        });
        (merged.InstanceMarketOptions?.MarketType, merged.InstanceMarketOptions?.SpotOptions?.MaxPrice).ShouldBe((MarketType.Spot, "0.1"));
        (merged.BlockDeviceMappings?[0].Ebs?.VolumeSize, merged.BlockDeviceMappings?[0].Ebs?.VolumeType).ShouldBe((30, VolumeType.Gp3));
    }

    private static IEnumerable<string> Missing(Type asked, Type answered, HashSet<Type> seen)
    {
        if (!seen.Add(asked)) return [];
        return asked.GetProperties().Where(p => p.SetMethod is not null).SelectMany(p => answered.GetProperty(p.Name) is not { } other
            ? [$"{asked.Name}.{p.Name}"] : Inner(p.PropertyType) is { } a && Inner(other.PropertyType) is { } b ? Missing(a, b, seen) : []);

        static Type? Inner(Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (type.IsGenericType) type = type.GetGenericArguments()[0];
            return type.Namespace == typeof(Instance).Namespace && type.IsClass ? type : null;
        }
    }

    private static async Task<LaunchTemplate> CreateAsync(Ec2Fixture world, string name = "web") =>
        (await world.Ec2.CreateLaunchTemplateAsync(new() { LaunchTemplateName = name, LaunchTemplateData = s_data }, world.Caller, None)).LaunchTemplate
        ?? throw new InvalidOperationException();

    private static async Task<LaunchTemplateVersion> VersionAsync(Ec2Fixture world, RequestLaunchTemplateData data, string? source = null) =>
        (await world.Ec2.CreateLaunchTemplateVersionAsync(new() { LaunchTemplateName = "web", LaunchTemplateData = data, SourceVersion = source }, world.Caller, None)).LaunchTemplateVersion
        ?? throw new InvalidOperationException();

    private static async Task<IReadOnlyList<LaunchTemplateVersion>> DescribeAsync(Ec2Fixture world, string? version = null, LaunchTemplate? after = null) =>
        (await world.Ec2.DescribeLaunchTemplateVersionsAsync(
            new() { LaunchTemplateName = after?.LaunchTemplateName ?? "web", Versions = version is null ? null : [version] }, world.Caller, None)).LaunchTemplateVersions ?? [];
}
