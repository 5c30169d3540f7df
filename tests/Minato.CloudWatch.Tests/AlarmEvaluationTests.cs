using System.Collections.Immutable;
using Minato.CloudWatch.Planning;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Tests;

/// <summary>The tables of AWS's guide: <c>0</c> a point within the threshold, <c>X</c> a breaching one, <c>-</c> a missing one, the newest last.</summary>
public sealed class AlarmEvaluationTests
{
    [Theory]
    [InlineData("0-X-X", "OK", "OK", "OK", "OK")]
    [InlineData("0----", "OK", "OK", "OK", "OK")]
    [InlineData("-----", "INSUFFICIENT_DATA", null, "ALARM", "OK")]
    [InlineData("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM")]
    [InlineData("--X--", "ALARM", null, "ALARM", "OK")]
    [InlineData("----X", null, null, "ALARM", "OK")]
    public void Three_out_of_three(string points, string? missing, string? ignore, string? breaching, string? notBreaching) =>
        States(points, 3).ShouldBe([missing, ignore, breaching, notBreaching]);

    [Theory]
    [InlineData("0-X-X", "ALARM", "ALARM", "ALARM", "ALARM")]
    [InlineData("00X0X", "ALARM", "ALARM", "ALARM", "ALARM")]
    [InlineData("0-X--", "OK", "OK", "ALARM", "OK")]
    [InlineData("----0", "OK", "OK", "ALARM", "OK")]
    [InlineData("---X-", "ALARM", null, "ALARM", "OK")]
    public void Two_out_of_three(string points, string? missing, string? ignore, string? breaching, string? notBreaching) =>
        States(points, 2).ShouldBe([missing, ignore, breaching, notBreaching]);

    [Theory]
    [InlineData(ComparisonOperator.GreaterThanThreshold, 5, false)]
    [InlineData(ComparisonOperator.GreaterThanOrEqualToThreshold, 5, true)]
    [InlineData(ComparisonOperator.LessThanThreshold, 5, false)]
    [InlineData(ComparisonOperator.LessThanOrEqualToThreshold, 5, true)]
    public void The_operator_says_whether_the_threshold_itself_breaches(ComparisonOperator by, double value, bool isBreaching) =>
        new AlarmRule(by, 5, 1, 1).IsBreaching(value).ShouldBe(isBreaching);

    private static string?[] States(string points, int datapointsToAlarm) =>
        [.. new[] { null, "ignore", "breaching", "notBreaching" }.Select(treat => AlarmEvaluation.Evaluate(
            new(ComparisonOperator.GreaterThanThreshold, 1, 3, datapointsToAlarm, treat), Range(points)).State?.ToWire())];

    private static ImmutableArray<EvaluatedPoint> Range(string points) =>
        [.. points.Select((c, i) => new EvaluatedPoint(DateTimeOffset.UnixEpoch.AddMinutes(i), c switch { 'X' => 2, '0' => 0, _ => null }))];
}
