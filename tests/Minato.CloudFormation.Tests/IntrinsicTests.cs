namespace Minato.CloudFormation.Tests;

public sealed class IntrinsicTests
{
    [Theory]
    [InlineData("!Ref P", "\"p\"")]
    [InlineData("{ Ref: P }", "\"p\"")]
    [InlineData("!Ref A", "\"a-1\"")]
    [InlineData("!Ref AWS::Region", "\"us-east-1\"")]
    [InlineData("!Ref AWS::Partition", "\"aws\"")]
    [InlineData("!Ref AWS::URLSuffix", "\"amazonaws.com\"")]
    [InlineData("!Ref AWS::AccountId", "\"123456789012\"")]
    [InlineData("!Ref AWS::StackName", "\"demo\"")]
    [InlineData("!Ref AWS::NotificationARNs", "[]")]
    [InlineData("!Ref L", "[\"x\",\"y\"]")]
    [InlineData("!Ref AWS::NoValue", "nothing")]
    [InlineData("[a, !Ref AWS::NoValue, b]", "[\"a\",\"b\"]")]
    [InlineData("{ K: !Ref AWS::NoValue, J: 1 }", "{\"J\":1}")]
    [InlineData("!GetAtt A.Arn", "\"arn:a\"")]
    [InlineData("!GetAtt A.Nested.Deep", "\"down\"")]
    [InlineData("!GetAtt [A, Arn]", "\"arn:a\"")]
    [InlineData("Fn::GetAtt: [A, Arn]", "\"arn:a\"")]
    [InlineData("Fn::GetAtt: A.Arn", "\"arn:a\"")]
    [InlineData("!Sub '${P}-${A}-${A.Arn}-${AWS::Region}'", "\"p-a-1-arn:a-us-east-1\"")]
    [InlineData("!Sub 'a ${!Literal} $ {b} ${P}'", "\"a ${Literal} $ {b} p\"")]
    [InlineData("!Sub ['${X}${P}', { X: !Ref N }]", "\"3p\"")]
    [InlineData("!Sub '${L}'", "\"x,y\"")]
    [InlineData("!Join ['-', [a, !Ref P, !Ref N]]", "\"a-p-3\"")]
    [InlineData("!Join [',', !Ref L]", "\"x,y\"")]
    [InlineData("!Select [1, !Ref L]", "\"y\"")]
    [InlineData("!Select ['0', !GetAZs '']", "\"us-east-1a\"")]
    [InlineData("!Select [0, !Split ['/', 'a/b']]", "\"a\"")]
    [InlineData("!Split [',', 'a,b,']", "[\"a\",\"b\",\"\"]")]
    [InlineData("!If [IsP, 1, 2]", "1")]
    [InlineData("!If [NotP, 1, !Ref AWS::NoValue]", "nothing")]
    [InlineData("!If [Both, in, out]", "\"in\"")]
    [InlineData("!FindInMap [M, !Ref AWS::Region, Size]", "\"big\"")]
    [InlineData("!FindInMap [M, us-east-1, Zones]", "[\"a\",\"b\"]")]
    [InlineData("!ImportValue exported", "\"imported\"")]
    [InlineData("Fn::ImportValue: !Sub 'export${E}'\n# ${E}", "refused")]
    [InlineData("!Base64 'hello'", "\"aGVsbG8=\"")]
    [InlineData("!Cidr ['10.0.0.0/16', 3, 8]", "[\"10.0.0.0/24\",\"10.0.1.0/24\",\"10.0.2.0/24\"]")]
    [InlineData("!Cidr ['fd00::/56', 2]", "[\"fd00::/64\",\"fd00:0:0:1::/64\"]")]
    [InlineData("{ Condition: { StringEquals: { a: b } } }", "{\"Condition\":{\"StringEquals\":{\"a\":\"b\"}}}")]
    public void A_function_gives(string value, string expected)
    {
        if (expected == "refused") Reading.Refused(() => Reading.Evaluate(value)).ShouldContain("Unresolved resource dependencies [E]");
        else Reading.Evaluate(value).ShouldBe(expected);
    }

    [Theory]
    [InlineData("!Length [1, 2, 3]", "3")]
    [InlineData("!Length !Ref L", "refused: YAML")]
    [InlineData("Fn::Length: !Ref L", "2")]
    [InlineData("Fn::ToJsonString: { a: !Ref P, b: [1] }", "\"{\\u0022a\\u0022:\\u0022p\\u0022,\\u0022b\\u0022:[1]}\"")]
    [InlineData("!FindInMap [M, nowhere, Size, { DefaultValue: !Ref P }]", "\"p\"")]
    public void A_function_of_the_language_extensions_gives(string value, string expected)
    {
        if (expected.StartsWith("refused", StringComparison.Ordinal)) Reading.Refused(() => Reading.Evaluate(value, extensions: true)).ShouldContain("YAML");
        else Reading.Evaluate(value, extensions: true).ShouldBe(expected);
    }

    [Theory]
    [InlineData("!FindInMap [M, K, S]", "Template error: Unable to get mapping for M::K::S")]
    [InlineData("!FindInMap [M, K, S, { DefaultValue: 1 }]", "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")]
    [InlineData("!GetAtt A", "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")]
    [InlineData("!GetAtt A.Unknown", "Template error: resource A does not support attribute type Unknown in Fn::GetAtt")]
    [InlineData("!GetAtt Nobody.Arn", "Template error: instance of Fn::GetAtt references undefined resource Nobody")]
    [InlineData("!Sub '${Nobody.Arn}'", "Template error: instance of Fn::Sub references invalid resource attribute Nobody.Arn")]
    [InlineData("!Ref Nobody", "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template")]
    [InlineData("!If [Maybe, 1, 2]", "Template error: unresolved condition dependency Maybe in Fn::If")]
    [InlineData("!Select [0]", "Template error: Fn::Select requires a list argument with two elements: an integer index and a list")]
    [InlineData("!Select [5, [a]]", "Template error: Fn::Select cannot select nonexistent value at index 5")]
    [InlineData("!Split [',']", "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.")]
    [InlineData("!ImportValue unknown", "No export named unknown found.")]
    public void A_wrong_function_is_refused_in_AWSs_words(string value, string message) => Reading.Refused(() => Reading.Evaluate(value)).ShouldBe(message);

    [Fact]
    public void ForEach_makes_resources_and_their_properties()
    {
        var template = Reading.Template("""
            Transform: AWS::LanguageExtensions
            Parameters:
              Names: { Type: CommaDelimitedList, Default: "one,two" }
            Resources:
              Fn::ForEach::Things:
                - Name
                - !Ref Names
                - Thing${Name}:
                    Type: Test::Cloud::Thing
                    Properties:
                      Name: !Ref Name
                      Value: !Sub 'is ${Name} of ${AWS::Region}'
                      Fn::ForEach::Inner: [Key, [Other], { '${Key}': 'x-${Name}' }]
            """);
        template.Resources.Keys.ShouldBe(["Thingone", "Thingtwo"]);
        Reading.Scoped(template).EvaluateMap(template.Resources["Thingtwo"].Properties).ToJsonString()
            .ShouldBe("""{"Name":"two","Value":"is two of us-east-1","Other":"x-two"}""");
    }
}
