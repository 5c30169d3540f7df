using Minato.Testing.Templates;

namespace Minato.EventBridge.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_bus_with_a_rule_a_statement_and_an_archive_has_a_life() => EventWorld.Run(async events =>
    {
        var types = TypeDriver.In(events.World);
        var bus = await types.CreateAsync("AWS::Events::EventBus", """{"Name":"shop","Tags":[{"Key":"a","Value":"1"}]}""", "Bus");
        (bus.Id, bus.GetAtt("Name"), bus.GetAtt("Arn")).ShouldBe(("shop", "shop", "arn:aws:events:us-east-1:123456789012:event-bus/shop"));
        string Rule(string source) => $$"""{"Name":"orders","EventBusName":"shop","EventPattern":{"source":["{{source}}"]},"Targets":[{"Id":"sink","Arn":"{{EventWorld.Function}}"}]}""";
        var rule = await types.CreateAsync("AWS::Events::Rule", Rule("a"), "Rule");
        (rule.Id, rule.GetAtt("Arn")).ShouldBe(("shop|orders", "arn:aws:events:us-east-1:123456789012:rule/shop/orders"));
        rule = await types.UpdateAsync(rule, Rule("b"));
        var statement = await types.CreateAsync("AWS::Events::EventBusPolicy", """
            {"EventBusName":"shop","StatementId":"other","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"events:PutEvents","Resource":"arn:aws:events:us-east-1:123456789012:event-bus/shop"}}
            """, "Statement");
        var archive = await types.CreateAsync("AWS::Events::Archive", $$"""{"SourceArn":"{{bus.GetAtt("Arn")}}","RetentionDays":7}""", "Archive");
        archive.GetAtt("ArchiveName").ShouldBe(archive.Id);
        foreach (var resource in (DrivenResource[])[archive, statement, rule, bus]) await types.DeleteAsync(resource);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void The_ref_of_a_rule_on_the_default_bus_is_its_name() => EventWorld.Run(async events =>
        (await TypeDriver.In(events.World).CreateAsync("AWS::Events::Rule", """{"ScheduleExpression":"rate(5 minutes)"}""", "Tick")).Id.ShouldMatch("^shop-Tick-[A-Z0-9]{12}$"));
}
