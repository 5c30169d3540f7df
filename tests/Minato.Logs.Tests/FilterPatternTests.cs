using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.Planning;

namespace Minato.Logs.Tests;

public sealed class FilterPatternTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData("  ", "anything", true)]
    [InlineData("ERROR", "an ERROR here", true)]
    [InlineData("ERROR", "an error here", false)] // case-sensitive
    [InlineData("ERROR ARGUMENTS", "ARGUMENTS of ERROR", true)]
    [InlineData("ERROR ARGUMENTS", "only ERROR", false)]
    [InlineData("?ERROR ?WARN", "a WARN", true)]
    [InlineData("?ERROR ?WARN", "an INFO", false)]
    [InlineData("ERROR ?WARN", "an ERROR alone", true)]
    [InlineData("\"INTERNAL SERVER ERROR\"", "[500] INTERNAL SERVER ERROR", true)]
    [InlineData("\"INTERNAL SERVER ERROR\"", "INTERNAL ERROR SERVER", false)]
    [InlineData("\"say \\\"hi\\\"\"", "they say \"hi\"", true)]
    [InlineData("ERROR -ARGUMENTS", "ERROR", true)]
    [InlineData("ERROR -ARGUMENTS", "ERROR ARGUMENTS", false)]
    [InlineData("-\"/health check\"", "GET /health check", false)]
    [InlineData("-DEBUG", "INFO", true)]
    public void Terms_select_messages(string pattern, string message, bool matches) =>
        FilterPattern.Parse(pattern).Matches(message).ShouldBe(matches);

    [Theory]
    [InlineData("/health", "Invalid character(s) in term '/health'")]
    [InlineData("\"open", "Invalid filter pattern")]
    [InlineData("a ?", "Invalid filter pattern")]
    public void Malformed_patterns_are_refused(string pattern, string message) =>
        Should.Throw<InvalidParameterException>(() => FilterPattern.Parse(pattern)).Message.ShouldBe(message);

    [Theory]
    [InlineData("{ $.a = 1 }")]
    [InlineData("[ip, user]")]
    [InlineData("%ab+%")]
    public void Patterns_of_other_kinds_say_that_they_are_not_served(string pattern) =>
        Should.Throw<InvalidParameterException>(() => FilterPattern.Parse(pattern)).Message.ShouldContain("not served yet");
}
