namespace Minato.Tidy;

/// <summary>The repository keeps its own rules.</summary>
public sealed class RepositoryTests
{
    private static readonly Tree s_repository = Tree.OfRepository();

    [Fact]
    public void Projects_reference_only_what_their_place_allows() => Holds(Walls.Check(s_repository));

    [Fact]
    public void Rooms_and_platform_stay_in_the_simulated_world() => Holds(ForbiddenCalls.Check(s_repository));

    [Fact]
    public void Only_doors_are_public() => Holds(Doors.Check(s_repository));

    [Fact]
    public void Files_are_short_and_name_no_machine_and_no_registry() => Holds(Manners.Check(s_repository));

    [Fact]
    public void Every_project_is_built_and_every_test_run() => Holds(Projects.Check(s_repository));

    [Fact]
    public void The_repository_is_really_read() => s_repository.Sources("src/").Count().ShouldBeGreaterThan(50);

    private static void Holds(IEnumerable<string> complaints)
    {
        var all = complaints.ToList();
        if (all.Count > 0) Assert.Fail(string.Join('\n', all));
    }
}
