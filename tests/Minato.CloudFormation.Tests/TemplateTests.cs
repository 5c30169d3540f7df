using System.Text;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class TemplateTests
{
    private const string Thing = "{ Type: Test::Cloud::Thing }";

    [Theory]
    [InlineData("Resources: {}", "Template format error: At least one Resources member must be defined.")]
    [InlineData("Description: x", "Template format error: At least one Resources member must be defined.")]
    [InlineData("Resources: { A: hello }", "Template format error: Any Resources member must be an object.")]
    [InlineData("Resources: { A: { Properties: {} } }", "Template format error: [/Resources/A] Every Resources object must contain a Type member.")]
    [InlineData("Resources: { A: { Type: Test::Cloud::Thing, Invalid: 1 } }", "Invalid template resource property 'Invalid'")]
    [InlineData("Resources: { A-b: { Type: Test::Cloud::Thing } }", "Template format error: Resource name A-b is non alphanumeric.")]
    [InlineData("Resources: { A: { Type: No::Such::Thing } }", "Template format error: Unrecognized resource types: [No::Such::Thing]")]
    [InlineData("Resources: { A: { Type: Test::Cloud::Thing, DependsOn: B } }", "Template format error: Unresolved resource dependencies [B] in the Resources block of the template")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Outputs: { O: { Value: !Ref B } } }", "Unresolved resource dependencies [B] in the Outputs block of the template")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Outputs: { O: { Description: x } } }", "Template format error: Every Outputs member must contain a Value object")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Outputs: { O: { Value: null } } }", "[/Outputs/O/Value] 'null' values are not allowed in templates")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Outputs: { O: null } }", "[/Outputs/O/Value] 'null' values are not allowed in templates")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Extra: 1 }", "Invalid template property or properties [Extra]")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Conditions: { C: !Equals [a] } }", "Template error: every Fn::Equals object requires a list of 2 string parameters.")]
    [InlineData("{ Resources: { A: { Type: Test::Cloud::Thing } }, Conditions: { C: !Equals [!Ref A, a] } }", "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template")]
    [InlineData("Resources: { A: { Type: Test::Cloud::Thing, DeletionPolicy: Never } }", "Template error: Unrecognized DeletionPolicy Never for resource A")]
    [InlineData("Resources: { A: { Type: Test::Cloud::Thing, DeletionPolicy: Snapshot } }", "Template error: resource A does not support deletion policy Snapshot")]
    [InlineData("just text", "Template format error: unsupported structure.")]
    public void A_wrong_template_is_refused_in_AWSs_words(string text, string message) => Reading.Refused(() =>
    {
        var template = Reading.Template(text);
        foreach (var condition in template.Conditions) Reading.Scoped(template).Holds(condition.Key);
    }).ShouldBe(message);

    [Fact]
    public void A_cycle_is_told_with_its_resources_alone()
    {
        var template = Reading.Template("""
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Value: !Ref B } }
              B: { Type: Test::Cloud::Thing, DependsOn: C }
              C: { Type: Test::Cloud::Thing, Properties: { Value: !Sub '${A.Arn}' } }
              Before: { Type: Test::Cloud::Thing }
              After: { Type: Test::Cloud::Thing, DependsOn: [A, Before] }
            """);
        Reading.Refused(() => Blueprint.Of(template, Reading.Facts, Reading.Defaults(template))).ShouldBe("Circular dependency between resources: [A, B, C]");
    }

    [Fact]
    public void Only_the_branch_that_is_taken_makes_a_dependency()
    {
        var template = Reading.Template("""
            Conditions: { Never: !Equals [a, b] }
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Value: !If [Never, !Ref B, x] } }
              B: { Type: Test::Cloud::Thing, Properties: { Value: !Ref A } }
            """);
        Blueprint.Of(template, Reading.Facts, Reading.Defaults(template)).Graph.Needs("A").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\n \"Resources\": { \"A\": [1 }}", "Template format error: JSON not well-formed. (line 2, column ")]
    [InlineData("Resources:\n  A: [", "Template format error: YAML not well-formed. (line ")]
    [InlineData("a: 1\n---\nb: 2", "Template format error: YAML not well-formed. (line ")]
    [InlineData("A: &x [1]\nB: *x", "Template error: YAML aliases are not allowed in CloudFormation templates")]
    [InlineData("A: !Unknown x", "Template error: Unsupported YAML tag !Unknown (line 1, column 4)")]
    [InlineData("? [a]\n: b", "Template format error: YAML not well-formed. (line 1")]
    public void Text_that_cannot_be_read_says_where(string text, string message) => Reading.Refused(() => Reading.Text.Read(text)).ShouldStartWith(message);

    [Fact]
    public void A_bomb_of_aliases_does_not_go_off()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++) text.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        Reading.Refused(() => Reading.Text.Read(text.ToString())).ShouldBe("Template error: YAML aliases are not allowed in CloudFormation templates");
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Reading.Refused(() => Reading.Text.Read(new string('[', 100_000))).ShouldStartWith("Template format error: JSON not well-formed.");
        Reading.Refused(() => Reading.Text.Read("a: " + new string('[', 50_000))).ShouldStartWith("Template format error: YAML not well-formed.");
        Reading.Refused(() => Reading.Text.Read("a: " + new string('x', TemplateText.Largest))).ShouldBe("Template may not exceed 1000000 bytes in size.");
    }

    [Fact]
    public void Whatever_bytes_come_the_answer_is_a_template_or_a_refusal()
    {
        var chance = new Minato.Platform.Ids(7);
        const string pieces = "{}[]:,-\"'!&*#|>%\n \tRefFn::SubA.B${0}~\\u2028é\0";
        for (var i = 0; i < 3000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, chance.Next(60)).Select(_ => pieces[chance.Next(pieces.Length)]));
            try
            {
                Reading.Template(text);
            }
            catch (AwsException)
            {
            }
        }
    }

    [Fact]
    public void YAML_and_JSON_read_the_same()
    {
        var yaml = Reading.Text.Read("A: 2010-09-09\nB: 012345678901\nC: 12\nD: true\nE: 1.50\nF: \"5\"\nG: |\n  two\n  lines\nH: no\n");
        yaml.ToJsonString().ShouldBe("""{"A":"2010-09-09","B":"012345678901","C":12,"D":true,"E":1.50,"F":"5","G":"two\nlines\n","H":false}""");
        Reading.Text.Read(yaml.ToJsonString()).ToJsonString().ShouldBe(yaml.ToJsonString());
    }

    [Theory]
    [InlineData("{ Type: Number }", "x", "Parameter 'P' must be a number.")]
    [InlineData("{ Type: String, AllowedValues: [a, b] }", "c", "Parameter 'P' must be one of AllowedValues")]
    [InlineData("{ Type: String, AllowedPattern: '[a-z]*' }", "A", "Parameter 'P' must match pattern [a-z]*")]
    [InlineData("{ Type: String, AllowedPattern: '[a-z]*', ConstraintDescription: small letters }", "A", "Parameter 'P' failed to satisfy constraint: small letters")]
    [InlineData("{ Type: String, MinLength: 2 }", "A", "Parameter 'P' must contain at least 2 characters")]
    [InlineData("{ Type: String, MaxLength: 2 }", "AAA", "Parameter 'P' must contain at most 2 characters")]
    [InlineData("{ Type: Number, MinValue: 2 }", "1", "Parameter 'P' must be a number not less than 2")]
    [InlineData("{ Type: Number, MaxValue: 2 }", "3", "Parameter 'P' must be a number not greater than 2")]
    [InlineData("{ Type: String }", null, "Parameters: [P] must have values")]
    [InlineData("{ Type: String, AllowedPattern: '(a+)+$' }", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "Template format error: Invalid AllowedPattern for parameter 'P'")]
    public void A_parameter_keeps_its_constraints(string declared, string? value, string message)
    {
        var template = Reading.Template($"Parameters: {{ P: {declared} }}\nResources: {{ A: {Thing} }}");
        Reading.Refused(() => ParameterResolver.Resolve(template, value is null ? [] : [new() { ParameterKey = "P", ParameterValue = value }], null)).ShouldBe(message);
    }

    [Fact]
    public void A_parameter_that_the_template_has_not_is_refused()
    {
        var template = Reading.Template($"Resources: {{ A: {Thing} }}");
        Reading.Refused(() => ParameterResolver.Resolve(template, [new() { ParameterKey = "X", ParameterValue = "1" }], null)).ShouldBe("Parameters: [X] do not exist in the template");
        Reading.Refused(() => ParameterResolver.Resolve(Reading.Template($"Parameters: {{ P: {{ Type: String }} }}\nResources: {{ A: {Thing} }}"), [new() { ParameterKey = "P", UsePreviousValue = true }], null))
            .ShouldBe("Invalid input for parameter key P. Cannot specify usePreviousValue as true for a parameter key not in the previous template");
    }

    [Fact]
    public void Rules_hold_before_anything_is_made()
    {
        var template = Reading.Template($$"""
            Parameters: { Version: { Type: String, Default: '3' } }
            Rules:
              CheckBootstrapVersion:
                Assertions:
                  - Assert: { "Fn::Not": [ { "Fn::Contains": [ ["1", "2", "3"], { Ref: Version } ] } ] }
                    AssertDescription: too old
            Resources: { A: {{Thing}} }
            """);
        Reading.Refused(() => new Rules(template, Reading.Defaults(template), Reading.Scoped(template)).Check()).ShouldEndWith("too old");
        var newer = Reading.Defaults(template);
        newer["Version"] = new("6");
        new Rules(template, newer, new(new() { Template = template, Stack = Reading.Facts, Parameters = newer })).Check();
    }
}
