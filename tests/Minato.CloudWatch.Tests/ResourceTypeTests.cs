using Minato.Testing.Templates;

namespace Minato.CloudWatch.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void An_alarm_has_a_life_and_its_ref_is_its_name() => CloudWatchWorld.Run(async (world, _) =>
    {
        var types = TypeDriver.In(world);
        var alarm = await types.CreateAsync("AWS::CloudWatch::Alarm", """
            {"AlarmName":"busy","Namespace":"AWS/ECS","MetricName":"CPUUtilization","Dimensions":[{"Name":"ServiceName","Value":"web"}],"Statistic":"Average","Period":"60",
             "EvaluationPeriods":2,"Threshold":"75.5","ComparisonOperator":"GreaterThanThreshold","TreatMissingData":"notBreaching","Tags":[{"Key":"a","Value":"1"}]}
            """);
        alarm.Id.ShouldBe("busy");
        alarm.GetAtt("Arn").ShouldBe("arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy");
        alarm = await types.UpdateAsync(alarm, """
            {"AlarmName":"busy","Namespace":"AWS/ECS","MetricName":"CPUUtilization","Statistic":"Maximum","Period":60,"EvaluationPeriods":3,"Threshold":80,"ComparisonOperator":"GreaterThanThreshold"}
            """);
        await types.DeleteAsync(alarm);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_composite_alarm_has_a_life_and_its_ref_is_its_name() => CloudWatchWorld.Run(async (world, _) =>
    {
        var types = TypeDriver.In(world);
        await types.CreateAsync("AWS::CloudWatch::Alarm", """
            {"AlarmName":"busy","Namespace":"AWS/ECS","MetricName":"CPUUtilization","Statistic":"Average","Period":60,"EvaluationPeriods":1,"Threshold":75,"ComparisonOperator":"GreaterThanThreshold"}
            """, "Busy");
        var alarm = await types.CreateAsync("AWS::CloudWatch::CompositeAlarm", """{"AlarmName":"all","AlarmRule":"ALARM(busy)","AlarmDescription":"one","Tags":[{"Key":"a","Value":"1"}]}""");
        (alarm.Id, alarm.GetAtt("Arn")).ShouldBe(("all", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:all"));
        alarm = await types.UpdateAsync(alarm, """{"AlarmName":"all","AlarmRule":"NOT ALARM(busy)","Tags":[{"Key":"b","Value":"2"}]}""");
        await types.DeleteAsync(alarm);
    });
}
