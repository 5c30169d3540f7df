using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement.Query;
using Minato.Platform;

namespace Minato.Ecs.Tests.Placement;

/// <summary>The cluster query language, subject by subject and operator by operator.</summary>
public sealed class ClusterQueryTests
{
    private static bool Matches(string expression) =>
        ClusterQuery.Parse(expression).Matches(Given.Instance("a", type: "t2.small", attributes: ("stack", "prod")).With(3, "service:web"));

    [Theory]
    [InlineData("attribute:stack == prod", true)]
    [InlineData("attribute:stack equals prod", true)]
    [InlineData("attribute:stack==\"prod\"", true)]
    [InlineData("attribute:stack == 'prod'", true)]
    [InlineData("attribute:stack != prod", false)]
    [InlineData("attribute:stack not_equals test", true)]
    [InlineData("attribute:stack exists", true)]
    [InlineData("attribute:stack !exists", false)]
    [InlineData("attribute:other not_exists", true)]
    [InlineData("attribute:other != prod", true)]
    [InlineData("attribute:other == prod", false)]
    [InlineData("attribute:stack in [test, prod]", true)]
    [InlineData("attribute:stack in ['test','prod']", true)]
    [InlineData("attribute:stack !in [test, prod]", false)]
    [InlineData("attribute:stack not_in [test]", true)]
    [InlineData("attribute:ecs.instance-type =~ t2.*", true)]
    [InlineData("attribute:ecs.instance-type matches t[23]\\.(small|large)", null)]
    [InlineData("attribute:ecs.instance-type =~ \"t[23]\\.(small|large)\"", true)]
    [InlineData("attribute:ecs.instance-type =~ t2", false)]
    [InlineData("attribute:ecs.instance-type !~ g.*", true)]
    [InlineData("attribute:ecs.instance-type not_matches t2.*", false)]
    [InlineData("attribute:ecs.instance-type =~ \\Qt2.\\Esmall", true)]
    [InlineData("attribute:ecs.instance-type =~ (?!g)t.*", null)]
    [InlineData("attribute:ecs.instance-type =~ '(?!g)t.*'", true)]
    [InlineData("agentConnected == true", true)]
    [InlineData("agentConnected==false", false)]
    [InlineData("agentVersion >= 1.9.0", true)]
    [InlineData("agentVersion less_than 1.100", true)]
    [InlineData("agentVersion greater_than 1.83.0", false)]
    [InlineData("ec2InstanceId in ['i-a', 'i-b']", true)]
    [InlineData("ec2InstanceId == i-b", false)]
    [InlineData("registeredAt > 2018-06-18T22:28:28Z", true)]
    [InlineData("registeredAt < 2026-03-01T14:00:01+02:00", true)]
    [InlineData("registeredAt <= 2026-03-01T12:00:00", true)]
    [InlineData("registeredAt greater_than_equal 2026-03-02", false)]
    [InlineData("runningTasksCount == 3", true)]
    [InlineData("runningTasksCount > 10", false)]
    [InlineData("runningTasksCount less_than_equal 3", true)]
    [InlineData("runningTasksCount in [1, 3]", true)]
    [InlineData("task:group == service:web", true)]
    [InlineData("not(task:group == service:web)", false)]
    [InlineData("!(task:group == service:db)", true)]
    [InlineData("! ! task:group == service:web", true)]
    [InlineData("attribute:stack == prod and runningTasksCount > 1", true)]
    [InlineData("attribute:stack == prod && runningTasksCount > 5 || agentConnected == true", true)]
    [InlineData("attribute:stack == prod && (runningTasksCount > 5 or agentConnected == false)", false)]
    [InlineData("attribute:stack == test or attribute:stack == prod and runningTasksCount > 5", false)]
    [InlineData("((attribute:stack == prod))", true)]
    public void An_expression_means_what_it_says(string expression, bool? matches)
    {
        if (matches is null) Should.Throw<InvalidParameterException>(() => Matches(expression));
        else Matches(expression).ShouldBe(matches.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stack == prod")]
    [InlineData("attribute: == prod")]
    [InlineData("attribute:stack")]
    [InlineData("attribute:stack = prod")]
    [InlineData("attribute:stack ==")]
    [InlineData("attribute:stack == prod or")]
    [InlineData("attribute:stack == prod attribute:a exists")]
    [InlineData("(attribute:stack == prod")]
    [InlineData("attribute:stack == prod)")]
    [InlineData("attribute:stack in prod")]
    [InlineData("attribute:stack in [prod")]
    [InlineData("attribute:stack in []")]
    [InlineData("attribute:stack > a")]
    [InlineData("runningTasksCount > many")]
    [InlineData("registeredAt > yesterday")]
    [InlineData("agentVersion > latest")]
    [InlineData("attribute:stack =~ '['")]
    [InlineData("attribute:stack == 'prod")]
    public void What_cannot_be_read_is_refused_with_the_expression(string expression) =>
        Should.Throw<InvalidParameterException>(() => Matches(expression)).Message.ShouldContain($"'{expression}'");

    [Fact]
    public void Length_and_depth_are_bounded()
    {
        Should.Throw<InvalidParameterException>(() => ClusterQuery.Parse(new string('(', 2001)));
        Should.Throw<InvalidParameterException>(() => ClusterQuery.Parse(new string('(', 100) + "agentConnected exists" + new string(')', 100)));
    }

    [Fact]
    public void A_pattern_that_takes_too_long_matches_nothing_and_is_not_tried_again()
    {
        var (pattern, _) = QueryPattern.Compile(@"(?=a)((a+)+)+b\1");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 1000; i++) pattern?.IsMatch(new string('a', 60) + i).ShouldBeFalse();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    /// <summary>Any text is either read or refused; nothing else is thrown, and what is read can be asked.</summary>
    [Fact]
    public void Fuzz()
    {
        string[] parts =
        [
            "attribute:", "attribute:stack", "agentConnected", "agentVersion", "runningTasksCount", "registeredAt", "task:group", "ec2InstanceId",
            "==", "!=", "=~", "!~", ">", ">=", "<", "<=", " in ", " !in ", " exists", "!exists", " matches ", " and ", " or ", "&&", "||", "!", "not ",
            "(", ")", "[", "]", ",", "'", "\"", "\\", " ", "prod", "3", "1.2.3", "2018-06-18", "2018-06-18T22:28:28Z", "t2.*", "(a+)+", "é", "\0", "*", "?", "{9}",
        ];
        var instance = Given.Instance("a", attributes: ("stack", "prod")).With(2);
        var ids = new Ids(42);
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 1 + ids.Next(12)).Select(_ => parts[ids.Next(parts.Length)]));
            try
            {
                var query = ClusterQuery.Parse(text);
                ClusterQuery.Parse($"!({text})").Matches(instance).ShouldBe(!query.Matches(instance), text);
                read++;
            }
            catch (InvalidParameterException)
            {
            }
        }

        read.ShouldBeGreaterThan(100);
    }
}
