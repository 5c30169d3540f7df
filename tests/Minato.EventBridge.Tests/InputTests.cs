using System.Collections.Immutable;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;

namespace Minato.EventBridge.Tests;

/// <summary>What a target gets of an event.</summary>
public sealed class InputTests
{
    private const string Json = """{"version":"0","id":"e","detail-type":"T","source":"shop","account":"1","time":"t","region":"r","resources":["a","b"],"detail":{"name":"web","n":5,"ok":true,"in":{"x":[1,2]}}}""";

    [Fact]
    public void All_of_it_a_constant_or_a_part()
    {
        Of(new() { Id = "t", Arn = "a" }).ShouldBe(Json);
        Of(new() { Id = "t", Arn = "a", Input = """{"k":1}""" }).ShouldBe("""{"k":1}""");
        Of(new() { Id = "t", Arn = "a", InputPath = "$.detail.in" }).ShouldBe("""{"x":[1,2]}""");
        Of(new() { Id = "t", Arn = "a", InputPath = "$['detail-type']" }).ShouldBe("\"T\"");
        Of(new() { Id = "t", Arn = "a", InputPath = "$.resources[1]" }).ShouldBe("\"b\"");
        Of(new() { Id = "t", Arn = "a", InputPath = "$.detail.none" }).ShouldBe("{}");
    }

    [Theory]
    [InlineData("\"<name> has <n>\"", "\"web has 5\"")] // a text
    [InlineData("""{"who":<name>,"n":<n>,"ok":<ok>,"in":<in>}""", """{"who":"web","n":5,"ok":true,"in":{"x":[1,2]}}""")] // JSON goes in as it is
    [InlineData("""{"text":"<name>: <n>"}""", """{"text":"web: 5"}""")] // inside of quotes: the text
    [InlineData("""{"text":"in <in>"}""", """{"text":"in {x:[1,2]}"}""")] // JSON loses its quotes there
    [InlineData("""{"none":<gone>,"t":"a<gone>b"}""", """{"none":"","t":"ab"}""")] // a path that leads nowhere
    [InlineData("""{"rule":<aws.events.rule-name>,"arn":"<aws.events.rule-arn>"}""", """{"rule":"orders","arn":"arn:rule"}""")]
    [InlineData("""{"at":<aws.events.event.ingestion-time>}""", """{"at":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"all":<aws.events.event.json>}""", """{"all":""" + Json + "}")]
    [InlineData("\"1 < 2\"", "\"1 < 2\"")]
    public void Templates(string template, string expected) => Of(new()
    {
        Id = "t", Arn = "a", InputTransformer = new()
        {
            InputTemplate = template,
            InputPathsMap = new Dictionary<string, string> { ["name"] = "$.detail.name", ["n"] = "$.detail.n", ["ok"] = "$.detail.ok", ["in"] = "$.detail.in", ["gone"] = "$.detail.gone" }.ToImmutableDictionary(),
        },
    }).ShouldBe(expected);

    [Fact]
    public void The_event_without_its_detail() =>
        Of(new() { Id = "t", Arn = "a", InputTransformer = new() { InputTemplate = """{"e":<aws.events.event>}""" } }).ShouldNotContain("detail\":");

    private static string Of(Target target) => TargetInput.Of(target, Json, ("orders", "arn:rule"), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
