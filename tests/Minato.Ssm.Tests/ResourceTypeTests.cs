using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Testing;
using Minato.Testing.Templates;

namespace Minato.Ssm.Tests;

public sealed class ResourceTypeTests
{
    private const string Parameter = "AWS::SSM::Parameter";

    [Fact]
    public void A_parameter_has_a_life_and_tells_its_type_and_value() => Run(async types =>
    {
        var parameter = await types.CreateAsync(Parameter, """{"Name":"/cdk-bootstrap/hnb659fds/version","Type":"String","Value":32,"Tags":{"a":"1"}}""");
        parameter.Id.ShouldBe("/cdk-bootstrap/hnb659fds/version");
        (parameter.GetAtt("Type"), parameter.GetAtt("Value")).ShouldBe(("String", "32"));
        parameter = await types.UpdateAsync(parameter, """{"Name":"/cdk-bootstrap/hnb659fds/version","Type":"String","Value":"33","Description":"which","Tags":{"b":"2"}}""");
        parameter.GetAtt("Value").ShouldBe("33");
        await types.DeleteAsync(parameter);
    });

    [Fact]
    public void A_name_that_CloudFormation_gives_begins_with_CFN() => Run(async types =>
        (await types.CreateAsync(Parameter, """{"Type":"StringList","Value":"a,b"}""", "Zones")).Id.ShouldMatch("^CFN-Zones-[A-Z0-9]{12}$"));

    [Fact]
    public void A_SecureString_is_refused() => Run(async types =>
        (await types.TryCreateAsync(Parameter, """{"Type":"SecureString","Value":"x"}""")).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("InvalidRequest"));

    [Fact]
    public void Schemas_are_sound() => Run(types =>
    {
        types.FaultsOfSchemas().ShouldBeEmpty();
        return Task.CompletedTask;
    });

    private static void Run(Func<TypeDriver, Task> test) =>
        World.Run(1, world => test(TypeDriver.In(world)), services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSsm());
}
