using System.Collections.Immutable;
using System.Globalization;
using Minato.Ecr.Planning;

namespace Minato.Ecr.Tests;

/// <summary>Images are written <c>NAME AGE tag,tag</c> with the age in days; rules as their JSON would have them.</summary>
public sealed class LifecyclePlannerTests
{
    private const string Guide1 = "A 10 beta-1,prod-1;B 9 beta-2,prod-2;C 8 beta-3";
    private const string Guide3 = "A 12 alpha-1;B 11 beta-1;C 10 alpha-2,beta-2;D 4 alpha-3;E 3 beta-3;F 2 alpha-4,beta-4";
    private const string Guide5 = "A 4 alpha-1,beta-1;B 3;C 2 alpha-2;D 1.1 git;E 1";

    private static readonly DateTimeOffset s_now = EcrFixture.Noon;

    [Theory]
    [InlineData("The first rule that selects an image decides, also when it keeps it", Guide1, "1 tagged patterns:prod* count:1|2 tagged patterns:beta* count:1", "A")]
    [InlineData("The order of rules matters", Guide1, "1 tagged patterns:beta* count:1|2 tagged patterns:prod* count:1", "A,B")]
    [InlineData("All patterns must match, each perhaps another tag", Guide3, "1 tagged patterns:alpha*,beta* pushed:5", "C")]
    [InlineData("All prefixes must match, each perhaps another tag", Guide3, "1 tagged prefixes:alpha,beta pushed:5", "C")]
    [InlineData("Any takes tagged and untagged images alike", "A 4 alpha-1;B 3;C 2;D 1 alpha-2", "1 any count:1", "A,B,C")]
    [InlineData("A rule counts images that another rule took", Guide5, "1 tagged patterns:alpha* count:1|2 untagged pushed:1|3 any count:1", "A,B,D")]
    [InlineData("Untagged selects images without tags only", "A 9 v1;B 8;C 7", "1 untagged count:1", "B")]
    [InlineData("A count keeps the newest", "A 3 v1;B 2 v2;C 1 v3", "1 tagged prefixes:v count:2", "A")]
    [InlineData("A count that is not passed takes nothing", "A 3 v1;B 2 v2", "1 any count:2", "")]
    [InlineData("Days are passed when more than so many are over", "A 14 v1;B 14.01 v2", "1 any pushed:14", "B")]
    [InlineData("A prefix is no pattern", "A 3 prod-1;B 2 prod*;C 1 x", "1 tagged prefixes:prod* count:0", "B")]
    [InlineData("A pattern covers the whole tag", "A 3 web-prod;B 2 web-prod-1;C 1 prod", "1 tagged patterns:*prod pushed:0", "A,C")]
    [InlineData("A lower rule may not take what a higher one keeps", "A 9 v1;B 8 v2", "1 tagged prefixes:v count:5|2 any pushed:1", "")]
    public void Rules_take_what_the_guide_says(string rule, string images, string rules, string expired) =>
        Plan(rules, Images(images)).Select(m => m.Image.Digest).ShouldBe(expired.Split(',', StringSplitOptions.RemoveEmptyEntries), rule);

    [Fact]
    public void An_image_is_acted_on_by_one_rule_at_most()
    {
        var moves = Plan("1 tagged prefixes:v count:1|2 any pushed:1", Images("A 9 v1;B 8 v2;C 7"));
        moves.Select(m => (m.Image.Digest, m.Priority)).ShouldBe([("A", 1), ("C", 2)]);
    }

    [Fact]
    public void Older_images_go_first() => Plan("1 any pushed:0", Images("A 1;B 3;C 2")).Select(m => m.Image.Digest).ShouldBe(["B", "C", "A"]);

    [Fact]
    public void An_image_of_a_list_stays_until_the_list_is_gone() =>
        Plan("1 any pushed:1", [.. Images("A 9;B 8"), Images("C 7")[0] with { IsListed = true }]).Select(m => m.Image.Digest).ShouldBe(["A", "B"]);

    [Fact]
    public void Artifacts_follow_their_subject_and_are_not_counted()
    {
        ImmutableArray<LifecycleImage> images = [.. Images("A 9 v1;B 8 v2"), Images("S 1")[0] with { Subject = "A" }, Images("T 1")[0] with { Subject = "S" }, Images("U 1")[0] with { Subject = "B" }];
        Plan("1 any count:1", images).Select(m => (m.Image.Digest, m.Priority)).ShouldBe([("A", 1), ("S", 1), ("T", 1)]);
    }

    [Fact]
    public void An_image_in_use_is_shown_and_held()
    {
        ImmutableArray<LifecycleImage> images = [Images("A 9 v1")[0] with { InUseBy = "a task runs it" }, .. Images("B 8 v2;C 7 v3")];
        var moves = Plan("1 any count:1", images);
        moves.Select(m => (m.Image.Digest, m.HeldBy)).ShouldBe([("A", "a task runs it"), ("B", null)]);
    }

    [Fact]
    public void What_came_back_from_the_archive_is_as_old_as_its_return()
    {
        var back = Images("A 30")[0] with { ActivatedAt = s_now.AddDays(-2) };
        Plan("1 any pushed:5", [back]).ShouldBeEmpty();
        Plan("1 any count:1", [back, .. Images("B 3")]).Select(m => m.Image.Digest).ShouldBe(["B"]);
    }

    [Fact]
    public void Pulled_counts_from_the_last_pull_else_from_the_push_or_the_return()
    {
        var old = Images("A 30")[0];
        Plan("1 any pulled:10 archive", [old]).Single().Archives.ShouldBeTrue();
        Plan("1 any pulled:10 archive", [old with { LastPulledAt = s_now.AddDays(-3) }]).ShouldBeEmpty();
        Plan("1 any pulled:10 archive", [old with { LastPulledAt = s_now.AddDays(-20), ActivatedAt = s_now.AddDays(-5) }]).ShouldBeEmpty();
        Plan("1 any pulled:10 archive", [old with { LastPulledAt = s_now.AddDays(-11), ActivatedAt = s_now.AddDays(-12) }]).Single().Image.Digest.ShouldBe("A");
    }

    [Fact]
    public void Rules_of_the_archive_look_at_nothing_else()
    {
        var archived = Images("A 400")[0] with { IsArchived = true, ArchivedAt = s_now.AddDays(-100) };
        Plan("1 any transitioned:90 of-archive", [archived, .. Images("B 400")]).Select(m => m.Image.Digest).ShouldBe(["A"]);
        Plan("1 any transitioned:100 of-archive", [archived]).ShouldBeEmpty();
        Plan("1 any pushed:1", [archived]).ShouldBeEmpty();
    }

    [Fact]
    public void Ten_thousand_images_are_planned_in_no_time()
    {
        ImmutableArray<LifecycleImage> images = [.. Enumerable.Range(0, 10_000).Select(i => new LifecycleImage
        {
            Digest = $"sha256:{i:x64}", PushedAt = s_now.AddMinutes(-i), Tags = [$"v{i}", $"build-{i % 7}-{i}"],
        })];
        var rules = string.Join('|', Enumerable.Range(1, 50).Select(i => $"{i} tagged patterns:build-{i}-*,v* count:10"));
        Plan(rules, images).Length.ShouldBe(6 * ((10_000 / 7) - 10) + Enumerable.Range(1, 6).Count(i => 10_000 % 7 > i));
    }

    [Fact]
    public void A_policy_is_read_as_it_was_checked()
    {
        var text = LifecyclePolicyTests.Policy(
            LifecyclePolicyTests.Rule(2, """ "tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14 """),
            LifecyclePolicyTests.Rule(1, """ "tagStatus":"tagged","tagPatternList":["v*"],"countType":"imageCountMoreThan","countNumber":3 """));
        var rules = LifecycleRule.ReadAll(text);
        rules.Select(r => (r.Priority, r.TagStatus, r.CountType, r.Count)).ShouldBe(
            [(1, LifecycleTagStatus.Tagged, LifecycleCountType.ImageCountMoreThan, 3), (2, LifecycleTagStatus.Untagged, LifecycleCountType.SinceImagePushed, 14)]);
        rules[0].Patterns.ShouldBe(["v*"]);
    }

    private static ImmutableArray<LifecycleMove> Plan(string rules, ImmutableArray<LifecycleImage> images) =>
        LifecyclePlanner.Plan([.. rules.Split('|').Select(Rule)], images, s_now);

    private static ImmutableArray<LifecycleImage> Images(string text) => [.. text.Split(';').Select(i => i.Split(' ')).Select(i => new LifecycleImage
    {
        Digest = i[0], PushedAt = s_now.AddDays(-double.Parse(i[1], CultureInfo.InvariantCulture)), Tags = i.Length > 2 ? [.. i[2].Split(',')] : [],
    })];

    private static LifecycleRule Rule(string text)
    {
        var words = text.Split(' ');
        var options = words[2..].Select(w => w.Split(':')).ToDictionary(w => w[0], w => w.Length > 1 ? w[1] : "", StringComparer.Ordinal);
        var (type, count) = options.Select(o => (Type: TypeOf(o.Key), o.Value)).First(o => o.Type is not null);
        return new()
        {
            Priority = int.Parse(words[0], CultureInfo.InvariantCulture),
            TagStatus = Enum.Parse<LifecycleTagStatus>(words[1], ignoreCase: true),
            Patterns = options.TryGetValue("patterns", out var patterns) ? [.. patterns.Split(',')] : [],
            Prefixes = options.TryGetValue("prefixes", out var prefixes) ? [.. prefixes.Split(',')] : [],
            CountType = type ?? throw new FormatException(text),
            Count = int.Parse(count, CultureInfo.InvariantCulture),
            Archives = options.ContainsKey("archive"),
            IsOfArchive = options.ContainsKey("of-archive"),
        };
    }

    private static LifecycleCountType? TypeOf(string word) => word switch
    {
        "count" => LifecycleCountType.ImageCountMoreThan,
        "pushed" => LifecycleCountType.SinceImagePushed,
        "pulled" => LifecycleCountType.SinceImagePulled,
        "transitioned" => LifecycleCountType.SinceImageTransitioned,
        _ => null,
    };
}
