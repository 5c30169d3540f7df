using System.Text;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.S3;

namespace Minato.CloudFormation.Tests;

/// <summary>Templates that are wrong: AWS's own words, and nothing half-done.</summary>
public sealed class BadInputTests
{
    private const string A = "Resources: { A: { Type: Test::Cloud::Thing } }";

    [Theory]
    [InlineData("a cycle", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: B }, B: { Type: Test::Cloud::Thing, Properties: { Value: !Ref A } } }", "Circular dependency between resources: [A, B]")]
    [InlineData("itself", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: A } }", "Circular dependency between resources: [A]")]
    [InlineData("no Resources", "Outputs: {}", "Template format error: At least one Resources member must be defined.")]
    [InlineData("an unknown type", "Resources: { A: { Type: No::Such::Thing }, B: { Type: AWS::No::Such } }", "Template format error: Unrecognized resource types: [No::Such::Thing, AWS::No::Such]")]
    [InlineData("no type", "Resources: { A: { Properties: {} } }", "Template format error: [/Resources/A] Every Resources object must contain a Type member.")]
    [InlineData("properties that are a list", "Resources: { A: { Type: Test::Cloud::Thing, Properties: [] } }", "Template format error: [/Resources/A/Properties] Every Properties member must be an object.")]
    [InlineData("an unknown reference", "Resources: { A: { Type: Test::Cloud::Thing, Properties: { Value: !Ref X, Other: !Sub '${Y}' } } }", "Template format error: Unresolved resource dependencies [X, Y] in the Resources block of the template")]
    [InlineData("an unknown reference of an output", A + "\nOutputs: { O: { Value: !Ref X } }", "Unresolved resource dependencies [X] in the Outputs block of the template")]
    [InlineData("an unknown attribute", "Resources: { A: { Type: Test::Cloud::Thing }, B: { Type: Test::Cloud::Thing, Properties: { Value: !GetAtt A.No } } }", "Template error: resource A does not support attribute type No in Fn::GetAtt")]
    [InlineData("an unknown attribute of an output", A + "\nOutputs: { O: { Value: !GetAtt A.No } }", "Template error: resource A does not support attribute type No in Fn::GetAtt")]
    [InlineData("DependsOn that is a map", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: { B: 1 } } }", "Template format error: DependsOn must be a string or list of strings.")]
    [InlineData("DependsOn of a list of lists", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: [[A]] } }", "Template format error: DependsOn must be a string or list of strings.")]
    [InlineData("DependsOn of nothing", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: [B] } }", "Template format error: Unresolved resource dependencies [B] in the Resources block of the template")]
    [InlineData("DependsOn of a parameter", "Parameters: { P: { Type: String, Default: x } }\nResources: { A: { Type: Test::Cloud::Thing, DependsOn: P } }", "Template format error: Unresolved resource dependencies [P] in the Resources block of the template")]
    [InlineData("DependsOn of a pseudo parameter", "Resources: { A: { Type: Test::Cloud::Thing, DependsOn: 'AWS::Region' } }", "Template format error: Unresolved resource dependencies [AWS::Region] in the Resources block of the template")]
    [InlineData("a condition that is not there", "Resources: { A: { Type: Test::Cloud::Thing, Condition: Nope } }", "Template format error: Unresolved condition dependency Nope in the Resources block of the template")]
    [InlineData("a condition of an output that is not there", A + "\nOutputs: { O: { Value: x, Condition: Nope } }", "Template format error: Unresolved condition dependency Nope in the Outputs block of the template")]
    [InlineData("a condition of a condition that is not there", A + "\nConditions: { C: !Not [!Condition Nope] }", "Template format error: Unresolved condition dependency Nope in the Conditions block of the template")]
    [InlineData("a condition of a function that is not there", "Resources: { A: { Type: Test::Cloud::Thing, Properties: { Value: !If [Nope, 1, 2] } } }", "Template error: unresolved condition dependency Nope in Fn::If")]
    [InlineData("conditions in a circle", A + "\nConditions: { C: !Not [!Condition D], D: !Not [!Condition C] }", "Template format error: Circular dependency between conditions: [C, D]")]
    [InlineData("a condition that is no string", "Resources: { A: { Type: Test::Cloud::Thing, Condition: [C] } }", "Template format error: Every Condition member must be a string.")]
    [InlineData("a condition that is a value", A + "\nConditions: { C: true }", "Template format error: Conditions can only be boolean operations on parameters and other conditions")]
    [InlineData("a condition on a resource", A + "\nConditions: { C: !Equals [!Ref A, x] }", "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template")]
    [InlineData("a reference to what a condition leaves out", "Conditions: { N: !Equals [a, b] }\nResources: { A: { Type: Test::Cloud::Thing, Condition: N }, B: { Type: Test::Cloud::Thing, Properties: { Value: !Ref A } } }", "Template format error: Unresolved resource dependencies [A] in the Resources block of the template")]
    [InlineData("a mapping that is a value", A + "\nMappings: { M: x }", "Template format error: Every Mappings member M must be a map")]
    [InlineData("a mapping without attributes", A + "\nMappings: { M: { K: x } }", "Template format error: Every Mappings member M must be a map")]
    [InlineData("a mapping that is too deep", A + "\nMappings: { M: { K: { S: { T: x } } } }", "Template format error: Every Mappings attribute must be a String or a List.")]
    [InlineData("an unknown parameter type", A + "\nParameters: { P: { Type: Strin } }", "Template format error: Unrecognized parameter type: Strin")]
    [InlineData("a parameter without a type", A + "\nParameters: { P: { Default: x } }", "Template format error: Every Parameters object must contain a Type member.")]
    [InlineData("an unknown property of a parameter", A + "\nParameters: { P: { Type: String, Dfault: x } }", "Invalid template parameter property 'Dfault'")]
    [InlineData("a default that is a map", A + "\nParameters: { P: { Type: String, Default: { a: b } } }", "Template format error: Every Default member must be a string.")]
    [InlineData("a default that breaks its constraint", A + "\nParameters: { P: { Type: Number, Default: x } }", "Parameter 'P' must be a number.")]
    [InlineData("a parameter without a value", A + "\nParameters: { P: { Type: String }, Q: { Type: String } }", "Parameters: [P, Q] must have values")]
    [InlineData("a name of both kinds", A + "\nParameters: { A: { Type: String, Default: x } }", "Template format error: Duplicate name A: a parameter and a resource cannot have the same name.")]
    [InlineData("an output without a value", A + "\nOutputs: { O: { Description: x } }", "Template format error: Every Outputs member must contain a Value object")]
    [InlineData("an output that is a list", A + "\nOutputs: { O: { Value: [a] } }", "Template format error: The Value field of every Outputs member must evaluate to a String.")]
    [InlineData("an export without a name", A + "\nOutputs: { O: { Value: x, Export: {} } }", "Template format error: Every Export member must contain a Name")]
    [InlineData("a rule that fails", A + "\nRules: { R: { Assertions: [{ Assert: { 'Fn::Equals': [a, b] }, AssertDescription: never }] } }", "Rule 'R' failed: never")]
    [InlineData("an unknown section", A + "\nExtra: 1", "Invalid template property or properties [Extra]")]
    [InlineData("another version", A + "\nAWSTemplateFormatVersion: '2011-09-09'", "Template format error: unsupported value for AWSTemplateFormatVersion.")]
    [InlineData("a null", "Resources: { A: { Type: Test::Cloud::Thing, Properties: { List: [a, { b: null }] } } }", "[/Resources/A/Properties/List/1/b] 'null' values are not allowed in templates")]
    [InlineData("an alias", "X: &x 1\nY: *x", "Template error: YAML aliases are not allowed in CloudFormation templates")]
    [InlineData("a list", "[]", "Template format error: unsupported structure.")]
    [InlineData("nothing", " ", "Template format error: unsupported structure.")]
    public void A_wrong_template_is_refused_and_nothing_is_made(string what, string text, string message) => CfnWorld.Run(async w =>
    {
        (await w.RefusedAsync(() => w.CreateAsync(text))).ShouldBe(message, what);
        var set = new CreateChangeSetRequest { StackName = "demo", ChangeSetName = "set", ChangeSetType = ChangeSetType.Create, TemplateBody = text };
        (await w.RefusedAsync(() => w.Cfn.CreateChangeSetAsync(set, w.Caller, default))).ShouldBe(message, what);
        (await w.RefusedAsync(() => w.StackAsync())).ShouldBe("Stack with id demo does not exist");
        w.Cloud.Calls.ShouldBeEmpty();
    });

    [Theory]
    [InlineData("{ 'Fn::Unknown': x }", "Template error: Encountered unsupported function: Fn::Unknown Supported functions are: [Fn::Base64, Fn::GetAtt, ")]
    [InlineData("!Ref [P]", "Template error: every Ref object must have a single String value.")]
    [InlineData("!GetAtt A", "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")]
    [InlineData("!GetAtt [A, '']", "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")]
    [InlineData("!Sub [a]", "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string")]
    [InlineData("!Sub { a: b }", "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments.")]
    [InlineData("!Join x", "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.")]
    [InlineData("!Join [[], [a]]", "Template error: every Fn::Join object requires two parameters,")]
    [InlineData("!Join [',', a]", "Template error: every Fn::Join object requires two parameters,")]
    [InlineData("!Select [x, [a]]", "Template error: Fn::Select requires a list argument with two elements: an integer index and a list")]
    [InlineData("!Select [1, [a]]", "Template error: Fn::Select cannot select nonexistent value at index 1")]
    [InlineData("!Select [-1, [a]]", "Template error: Fn::Select cannot select nonexistent value at index -1")]
    [InlineData("!Split [',']", "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.")]
    [InlineData("!Split ['', x]", "Template error: every Fn::Split object requires two parameters,")]
    [InlineData("!FindInMap [M, K]", "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")]
    [InlineData("!FindInMap [M, K, Z]", "Template error: Unable to get mapping for M::K::Z")]
    [InlineData("!FindInMap [M, Y, S]", "Template error: Unable to get mapping for M::Y::S")]
    [InlineData("!FindInMap [N, K, S]", "Template error: Mapping named 'N' is not present in the 'Mappings' section of template.")]
    [InlineData("!If [C, 1]", "Template error: Fn::If requires a list argument with three elements")]
    [InlineData("!If [[C], 1, 2]", "Template error: Fn::If requires a list argument with three elements")]
    [InlineData("!And [!Equals [a, a]]", "Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.")]
    [InlineData("!Or x", "Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.")]
    [InlineData("!Not [!Equals [a, a], !Equals [a, a]]", "Template error: every Fn::Not object requires a list with exactly 1 boolean parameter.")]
    [InlineData("!Equals [a]", "Template error: every Fn::Equals object requires a list of 2 string parameters.")]
    [InlineData("!Base64 [a]", "Template error: every Fn::Base64 object must have a String-typed value.")]
    [InlineData("!GetAZs [a]", "Template error: every Fn::GetAZs object must have a String-typed value.")]
    [InlineData("!ImportValue [a]", "Template error: every Fn::ImportValue object must have a String-typed value.")]
    [InlineData("!ImportValue { Ref: A }", "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs")]
    [InlineData("!ImportValue { 'Fn::Sub': '${A.Arn}' }", "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs")]
    [InlineData("!ImportValue { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }", "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs")]
    [InlineData("!ImportValue { 'Fn::ImportValue': x }", "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs")]
    [InlineData("!Cidr [x, 1, 8]", "Template error: Fn::Cidr: x is not a valid CIDR block")]
    [InlineData("!Cidr ['10.0.0.0/24', 300, 8]", "Template error: Fn::Cidr: count must be between 1 and 256")]
    [InlineData("!Cidr ['10.0.0.0/24', 9, 5]", "Template error: Fn::Cidr: 10.0.0.0/24 does not have room for 9 blocks of /27")]
    [InlineData("!Transform { Name: Mine }", "No transform named Mine found.")]
    [InlineData("!NoSuch x", "Template error: Unsupported YAML tag !NoSuch")]
    public void Wrong_arguments_of_a_function_are_refused_and_nothing_is_made(string value, string message) => CfnWorld.Run(async w =>
    {
        (await w.RefusedAsync(() => w.CreateAsync($$"""
            Mappings: { M: { K: { S: x } } }
            Conditions: { C: !Equals [a, a] }
            Resources:
              A: { Type: Test::Cloud::Thing }
              B:
                Type: Test::Cloud::Thing
                Properties:
                  Value: {{value}}
            """))).ShouldStartWith(message);
        w.Cloud.Calls.ShouldBeEmpty();
    });

    [Theory]
    [InlineData("Resources", "Type: Test::Cloud::Thing", 500, "Template format error: Number of resources, 501, is greater than maximum allowed, 500")]
    [InlineData("Outputs", "Value: x", 200, "Template format error: Number of outputs, 201, is greater than maximum allowed, 200")]
    [InlineData("Parameters", "Type: String", 200, "Template format error: Number of parameters, 201, is greater than maximum allowed, 200")]
    [InlineData("Mappings", "K: { S: x }", 200, "Template format error: Number of mappings, 201, is greater than maximum allowed, 200")]
    public void A_section_has_so_many_members_and_no_more(string section, string member, int most, string message) => CfnWorld.Run(async w =>
    {
        await w.Cfn.ValidateTemplateAsync(new() { TemplateBody = Text(most) }, w.Caller, default);
        (await w.RefusedAsync(() => w.Cfn.ValidateTemplateAsync(new() { TemplateBody = Text(most + 1) }, w.Caller, default))).ShouldBe(message);

        string Text(int count) => (section is "Resources" ? "" : A + "\n") + $"{section}: {{ {string.Join(", ", Enumerable.Range(0, count).Select(i => $"N{i}: {{ {member} }}"))} }}";
    });

    [Fact]
    public void A_body_in_a_request_has_51200_bytes_and_one_in_S3_a_million() => CfnWorld.Run(async w =>
    {
        await w.Cfn.ValidateTemplateAsync(new() { TemplateBody = Padded(51_200) }, w.Caller, default);
        (await w.RefusedAsync(() => w.Cfn.ValidateTemplateAsync(new() { TemplateBody = Padded(51_201) }, w.Caller, default)))
            .ShouldEndWith("at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200");
        await w.World.Client<IS3>().CreateBucketAsync(new() { Bucket = "templates" }, w.Caller, default);
        await w.Cfn.ValidateTemplateAsync(new() { TemplateURL = await PutAsync(1_000_000) }, w.Caller, default);
        (await w.RefusedAsync(async () => await w.Cfn.CreateStackAsync(new() { StackName = "demo", TemplateURL = await PutAsync(1_000_001) }, w.Caller, default)))
            .ShouldBe("Template may not exceed 1000000 bytes in size.");
        (await w.RefusedAsync(() => w.StackAsync())).ShouldBe("Stack with id demo does not exist");

        async Task<string> PutAsync(int length)
        {
            await w.World.Client<IS3>().PutObjectAsync(new() { Bucket = "templates", Key = $"{length}", Body = new MemoryStream(Encoding.UTF8.GetBytes(Padded(length))) }, w.Caller, default);
            return $"https://s3.us-east-1.amazonaws.com/templates/{length}";
        }

        static string Padded(int length) => A + "\n#" + new string('x', length - A.Length - 2);
    });

    [Fact]
    public void Of_two_equal_names_the_last_counts()
    {
        const string yaml = "Resources:\n  A: { Type: No::Such::Thing }\n  A: { Type: Test::Cloud::Thing, Properties: { Value: 1, Value: 2 } }\n";
        Reading.Template(yaml).Resources["A"].Properties.ToJsonString().ShouldBe("""{"Value":2}""");
        Reading.Template("""{"Resources":{"A":{"Type":"No::Such::Thing"},"A":{"Type":"Test::Cloud::Thing","Properties":{"Value":1,"Value":2}}}}""")
            .Resources["A"].Properties.ToJsonString().ShouldBe("""{"Value":2}""");
    }

    [Fact]
    public void A_template_may_be_as_deep_as_it_is_made_and_no_deeper() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Deep(55));
        (await w.RefusedAsync(() => w.CreateAsync(Deep(70), "other"))).ShouldStartWith("Template format error: JSON not well-formed.");

        static string Deep(int depth) => $$"""{"Resources":{"A":{"Type":"Test::Cloud::Thing","Properties":{"Value":{{new string('[', depth)}}"x"{{new string(']', depth)}}} } } }""";
    });
}
