using Minato.Ecr.Planning;

namespace Minato.Ecr.Tests;

public sealed class LifecyclePolicyTests
{
    [Fact]
    public void Rules_of_every_kind_are_taken() => LifecyclePolicy.Fault(Policy(
        Rule(1, """ "tagStatus":"tagged","tagPrefixList":["v"],"countType":"imageCountMoreThan","countNumber":3 """),
        Rule(2, """ "tagStatus":"tagged","tagPatternList":["prod*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":3 """),
        Rule(3, """ "tagStatus":"untagged","countType":"sinceImagePulled","countUnit":"days","countNumber":3 """, """ "type":"transition","targetStorageClass":"archive" """),
        Rule(4, """ "tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90 """),
        Rule(9))).ShouldBeNull();

    [Theory]
    [InlineData("not json", "Could not map policyString into LifecyclePolicy.")]
    [InlineData("[]", "Could not map policyString into LifecyclePolicy.")]
    [InlineData("{}", """object has missing required properties (["rules"])""")]
    [InlineData("""{"rules":[],"x":1}""", """object instance has properties which are not allowed by the schema: (["x"])""")]
    [InlineData("""{"rules":[{"rulePriority":1}]}""", """object has missing required properties (["action","selection"])""")]
    public void Faults_of_the_document_are_said_in_AWSs_words(string text, string fault) => LifecyclePolicy.Fault(text).ShouldBe(fault);

    [Theory]
    [InlineData(""" "tagStatus":"any","countType":"imageCountMoreThan","countNumber":0 """, "numeric instance is lower than the required minimum (minimum: 1, found: 0)")]
    [InlineData(""" "tagStatus":"none","countType":"imageCountMoreThan","countNumber":1 """,
        """instance value ("none") not found in enum :(possible values: ["any","tagged","untagged"])""")]
    [InlineData(""" "tagStatus":"tagged","countType":"imageCountMoreThan","countNumber":1 """, "exactly one of tagPatternList and tagPrefixList is required when tagStatus is tagged")]
    [InlineData(""" "tagStatus":"any","tagPrefixList":["a"],"countType":"imageCountMoreThan","countNumber":1 """, "tagPatternList and tagPrefixList are not allowed when tagStatus is any")]
    [InlineData(""" "tagStatus":"any","countType":"imageCountMoreThan","countUnit":"days","countNumber":1 """, "countUnit is not allowed when countType is imageCountMoreThan")]
    [InlineData(""" "tagStatus":"any","countType":"sinceImagePushed","countNumber":1 """, "countUnit is required when countType is sinceImagePushed")]
    [InlineData(""" "tagStatus":"tagged","tagPatternList":["*a*b*c*d*"],"countType":"imageCountMoreThan","countNumber":1 """, "a tag pattern can contain at most 4 wildcards")]
    [InlineData(""" "tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":1 """, "sinceImagePulled is only supported with the action transition")]
    [InlineData(""" "tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":89 """,
        "sinceImageTransitioned requires a countNumber of at least 90")]
    [InlineData(""" "tagStatus":"any","storageClass":"archive","countType":"imageCountMoreThan","countNumber":89 """,
        "storageClass archive is required for sinceImageTransitioned, and only for it")]
    public void Faults_of_a_selection_are_named(string selection, string fault) => LifecyclePolicy.Fault(Policy(Rule(1, selection))).ShouldBe(fault);

    [Fact]
    public void Rules_fit_together()
    {
        LifecyclePolicy.Fault(Policy(Rule(1), Rule(1))).ShouldBe("rulePriority must be unique");
        LifecyclePolicy.Fault(Policy(Rule(1), Rule(2))).ShouldBe("a rule with tagStatus any must have the highest value for rulePriority");
        LifecyclePolicy.Fault(Policy(Rule(1, Untagged), Rule(2, Untagged))).ShouldBe("only one rule can select untagged images");
        LifecyclePolicy.Fault(Policy(Rule(1, Tagged("a", "b")), Rule(2, Tagged("b", "a")))).ShouldBe("tag lists must be unique among rules");
        LifecyclePolicy.Fault(Policy([.. Enumerable.Range(1, 51).Select(i => Rule(i, Tagged($"t{i}")))]))
            .ShouldBe("array is too long: must have at most 50 elements but instance has 51 elements");
    }

    private const string Untagged = """ "tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1 """;

    private static string Tagged(params string[] prefixes) =>
        $$""" "tagStatus":"tagged","tagPrefixList":["{{string.Join("\",\"", prefixes)}}"],"countType":"imageCountMoreThan","countNumber":1 """;

    internal static string Policy(params string[] rules) => $$"""{"rules":[{{string.Join(',', rules)}}]}""";

    internal static string Rule(
        int priority, string selection = """ "tagStatus":"any","countType":"imageCountMoreThan","countNumber":5 """, string action = """ "type":"expire" """) =>
        $$"""{"rulePriority":{{priority}},"selection":{ {{selection}} },"action":{ {{action}} } }""";
}
