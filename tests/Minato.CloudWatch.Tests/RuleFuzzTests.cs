using Minato.CloudWatch.Planning;
using Minato.Platform;

namespace Minato.CloudWatch.Tests;

public sealed class RuleFuzzTests
{
    private static readonly string[] s_words = ["ALARM", "OK", "NOT", "AND", "OR", "(", ")", "a", "\"b c\"", "AT_LEAST", "2", "%", ",", "TRUE", " ", "'"];

    /// <summary>Any words: a rule, or refused as none.</summary>
    [Fact]
    public void Rules_of_any_words_are_read_or_refused()
    {
        var chance = new Ids(5);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, chance.Next(14)).Select(_ => s_words[chance.Next(s_words.Length)]));
            try
            {
                AlarmRuleExpression.Parse(text).Holds(_ => null);
            }
            catch (FormatException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Fact]
    public void A_rule_of_many_brackets_is_refused_rather_than_read_without_end() =>
        Should.Throw<FormatException>(() => AlarmRuleExpression.Parse(new string('(', 100_000)));
}
