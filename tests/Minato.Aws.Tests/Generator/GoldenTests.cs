using Minato.Aws.Generator;

namespace Minato.Aws.Tests.Generator;

/// <summary>
/// What the generator writes for a small model, word for word: a change of the generator shows in review as a change of its output.
/// <c>MINATO_UPDATE_GOLDEN=1</c> writes the file anew.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Minato.Aws.Tests", "golden");

    [Fact]
    public async Task The_generators_output_is_as_reviewed()
    {
        var model = Model.Read(Path.Combine(Folder, "small.json"));
        await CompareAsync("Small.g.cs.golden", new ServiceEmitter(model).Emit());
        await CompareAsync("AwsServices.g.cs.golden", IndexEmitter.Emit("AwsServices", [model]));
    }

    private static async Task CompareAsync(string name, string code)
    {
        var path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("MINATO_UPDATE_GOLDEN") is "1") await File.WriteAllTextAsync(path, code);
        var expected = await File.ReadAllTextAsync(path);
        if (code == expected) return;
        var (actualLines, expectedLines) = (code.Split('\n'), expected.Split('\n'));
        var at = actualLines.Zip(expectedLines).TakeWhile(p => p.First == p.Second).Count();
        Assert.Fail($"{name} differs at line {at + 1}.\nexpected: {expectedLines.ElementAtOrDefault(at)}\nactual:   {actualLines.ElementAtOrDefault(at)}");
    }
}
