namespace Minato.Tidy;

/// <summary>Every check can fail: planted breaches, each beside its sound twin.</summary>
public sealed class BreachTests
{
    [Theory]
    [InlineData("src/services/Minato.Ecs", "Minato.Elb")] // another room
    [InlineData("src/services/Minato.Ecs", "Minato.Engines.Docker")] // an adapter
    [InlineData("src/services/Minato.Ecs", "Minato.Platform.Sqlite")]
    [InlineData("src/platform/Minato.Platform", "Minato.Aws")]
    [InlineData("src/engines/Minato.Engines", "Minato.Platform")]
    [InlineData("src/engines/Minato.Engines.Docker", "Minato.Ecs")]
    [InlineData("src/aws/Minato.Aws", "Minato.Contracts")]
    [InlineData("src/elsewhere/Minato.New", "Minato.Platform")]
    public void A_reference_through_a_wall_is_found(string from, string to) =>
        Walls.Check(new(Project(from, $"<ProjectReference Include=\"../../x/{to}/{to}.csproj\" />"))).ShouldHaveSingleItem();

    [Theory]
    [InlineData("src/services/Minato.Ecs")]
    [InlineData("src/engines/Minato.Engines")]
    [InlineData("src/platform/Minato.Platform")]
    public void A_package_where_none_may_be_is_found(string project) =>
        Walls.Check(new(Project(project, "<PackageReference Include=\"Handy\" />"))).ShouldHaveSingleItem();

    [Fact]
    public void A_product_that_references_tests_is_found() =>
        Walls.Check(new(
            Project("src/hosts/Minato.Server", "<ProjectReference Include=\"../../../tests/Minato.Testing/Minato.Testing.csproj\" />"),
            Project("tests/Minato.Testing", ""))).ShouldHaveSingleItem();

    [Fact]
    public void References_that_are_allowed_pass() =>
        Walls.Check(new(
            Project("src/services/Minato.Ecs", "<ProjectReference Include=\"../../aws/Minato.Contracts/Minato.Contracts.csproj\" />"),
            Project("src/hosts/Minato.Server", "<ProjectReference Include=\"../../services/Minato.Ecs/Minato.Ecs.csproj\" /><PackageReference Include=\"Handy\" />"),
            Project("tests/Minato.Ecs.Tests", "<ProjectReference Include=\"../../src/services/Minato.Ecs/Minato.Ecs.csproj\" />"))).ShouldBeEmpty();

    [Theory]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("var id = Guid.NewGuid();")]
    [InlineData("var text = $\"task {Guid.NewGuid():n}\";")]
    [InlineData("var text = $\"\"\"a {Random.Shared.Next()} b\"\"\";")]
    [InlineData("var chance = new Random(5);")]
    [InlineData("await Task.Run(() => 1);")]
    [InlineData("await x.ConfigureAwait(false);")]
    [InlineData("class Loop : BackgroundService;")]
    [InlineData("await foreach (var x in reader.ReadAllAsync(ct)) { }")]
    [InlineData("await Task.Delay(1000, ct);")]
    [InlineData("await Task.Delay(delay);")]
    [InlineData("await stopping.CancelAsync();")]
    [InlineData("Thread.Sleep(5);")]
    [InlineData("var c = '\"'; var id = Guid.NewGuid(); var d = '\"';")]
    public void A_call_that_leaves_the_simulated_world_is_found(string line)
    {
        ForbiddenCalls.Check(new(("src/services/Minato.Ecs/A.cs", "namespace X;\n" + line))).ShouldHaveSingleItem().ShouldStartWith("src/services/Minato.Ecs/A.cs:2:");
        ForbiddenCalls.Check(new(("src/platform/Minato.Platform/A.cs", line))).ShouldHaveSingleItem();
        ForbiddenCalls.Check(new(("src/platform/Minato.Platform.Sqlite/A.cs", line), ("src/hosts/Minato.Server/A.cs", line))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("// DateTime.UtcNow is not for us.")]
    [InlineData("/* Guid.NewGuid() */ var x = 1;")]
    [InlineData("throw new InvalidOperationException(\"Task.Run( is \\\" not for us\");")]
    [InlineData("var x = @\"Guid.NewGuid \"\" Random.Shared\"; var y = \"\"\"Task.Run( \"x\" \"\"\";")]
    [InlineData("var x = $\"{{Guid.NewGuid()}} {y}\";")]
    [InlineData("await Task.Delay(wait, clock, ct);")]
    [InlineData("await Task.Delay(Timeout.InfiniteTimeSpan, ct);")]
    [InlineData("var now = MyDateTime.UtcNow;")]
    public void Words_and_simulated_calls_pass(string line) =>
        ForbiddenCalls.Check(new(("src/services/Minato.Ecs/A.cs", line))).ShouldBeEmpty();

    [Fact]
    public void A_public_type_beside_the_door_is_found()
    {
        var door = ("src/services/Minato.Ecs/EcsRoom.cs", "namespace Minato.Ecs;\npublic static class EcsRoom { }\n");
        var open = ("src/services/Minato.Ecs/State/Thing.cs", "namespace Minato.Ecs;\npublic sealed record Thing(int X);\n");
        var hidden = ("src/services/Minato.Ecs/State/Other.cs", "namespace Minato.Ecs;\n// public class No\ninternal sealed class Other\n{\n    public enum Kind { A }\n}\n");
        Doors.Check(new(door, hidden)).ShouldBeEmpty();
        Doors.Check(new(door, open)).ShouldHaveSingleItem().ShouldContain("Thing is public");
        Doors.Check(new([hidden])).ShouldHaveSingleItem().ShouldContain("no door");
    }

    [Fact]
    public void Bad_manners_are_found()
    {
        var home = "/roo" + "t/";
        Manners.Check(new(("src/a/A.cs", new string('\n', 401)))).ShouldHaveSingleItem();
        Manners.Check(new(("tests/a/A.cs", "#region x\n#endregion"))).ShouldHaveSingleItem();
        Manners.Check(new(("README.md", $"cd {home}minato"))).ShouldHaveSingleItem();
        Manners.Check(new(("x/package-lock.json", "https://registry.npmjs" + ".org/y"))).ShouldHaveSingleItem();
        Manners.Check(new(("README.md", $"arn:aws:iam::1:user{home}x and http://h{home}y"), ("src/a/A.cs", "// #region\n"))).ShouldBeEmpty();
    }

    [Fact]
    public void Forgotten_projects_and_tests_are_found()
    {
        var test = ("tests/Minato.A.Tests/T.cs", "[Fact] public void X() { }");
        (string, string) Solution(params string[] projects) =>
            ("Minato.slnx", $"<Solution>{string.Concat(projects.Select(p => $"<Project Path=\"{p}\" />"))}</Solution>");
        const string a = "tests/Minato.A.Tests/Minato.A.Tests.csproj";
        const string b = "tests/Minato.B/Minato.B.csproj";
        Projects.Check(new(Solution(a), test, (a, "<Project />"))).ShouldBeEmpty();
        Projects.Check(new(Solution(), test, (a, "<Project />"))).ShouldHaveSingleItem().ShouldContain("is not in Minato.slnx");
        Projects.Check(new(Solution(a, b), test, (a, "<Project />"))).ShouldHaveSingleItem().ShouldContain("is not there");
        Projects.Check(new(Solution(a), (a, "<Project />"))).ShouldHaveSingleItem().ShouldContain("has no tests");
        Projects.Check(new(Solution(b), ("tests/Minato.B/T.cs", "[Theory] void X() { }"), (b, "<Project />"))).ShouldHaveSingleItem().ShouldContain("nothing runs");
    }

    private static (string Path, string Text) Project(string folder, string items) =>
        ($"{folder}/{folder.Split('/')[^1]}.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{items}</ItemGroup></Project>");
}
