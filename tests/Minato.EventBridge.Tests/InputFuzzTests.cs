using System.Collections.Immutable;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;
using Minato.Platform;

namespace Minato.EventBridge.Tests;

/// <summary>Texts of users that are read here: whatever they are, they are taken or refused, and nothing else happens.</summary>
public sealed class InputFuzzTests
{
    private const string Alphabet = "$.[]'\"<>*?0123456789abcdetail-resourcs/,#LW() {}\\:";

    [Fact]
    public void Paths_and_templates_and_schedules_of_any_letters()
    {
        var chance = new Ids(3);
        const string json = """{"id":"1","source":"s","detail-type":"t","detail":{"a":[1,{"b":"c"}]},"resources":["x"]}""";
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, chance.Next(24)).Select(_ => Alphabet[chance.Next(Alphabet.Length)]));
            EventPath.TryParse(text, out _);
            RuleSchedule.TryParse($"cron({text})", out _);
            RuleSchedule.TryParse($"rate({text})", out _);
            var target = new Target
            {
                Id = "t", Arn = "a", InputTransformer = new() { InputTemplate = text + "<v>", InputPathsMap = ImmutableDictionary<string, string>.Empty.Add("v", "$" + text) },
            };
            TargetInput.Of(target, json, ("r", "arn"), DateTimeOffset.UnixEpoch).ShouldNotBeNull();
        }
    }
}
