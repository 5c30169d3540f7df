using System.Text.Json;
using System.Text.RegularExpressions;
using Minato.Aws.Shapes;

namespace Minato.Aws.Tests.Protocols;

public sealed class PatternTests
{
    private static readonly TimeSpan s_slowest = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(@"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "fleet 🚢", true)]
    [InlineData(@"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a\0b", false)]
    [InlineData(@"[\p{Alnum}\_]+", "web_1", true)]
    public void Javas_way_of_writing_is_understood(string pattern, string value, bool matches) =>
        Regex.IsMatch(value, $@"\A(?:{JavaPatterns.Translate(pattern)})\z", RegexOptions.None, s_slowest).ShouldBe(matches);

    [Fact]
    public void Every_pattern_of_every_model_can_be_compiled()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "models"), "*.json"))
        {
            using var model = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var shape in model.RootElement.GetProperty("shapes").EnumerateObject())
            {
                if (!shape.Value.TryGetProperty("pattern", out var pattern)) continue;
                Should.NotThrow(() => new Regex(JavaPatterns.Translate(pattern.GetString() ?? ""), RegexOptions.None, s_slowest), $"{Path.GetFileName(file)}: {shape.Name}");
            }
        }
    }
}
