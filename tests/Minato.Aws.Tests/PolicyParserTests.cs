using Minato.Aws.Policies;

namespace Minato.Aws.Tests;

/// <summary>What is refused as a policy, in AWS's words.</summary>
public sealed class PolicyParserTests
{
    [Theory]
    [InlineData("{", "This policy contains invalid Json")]
    [InlineData("[]", "Syntax errors in policy.")]
    [InlineData("""{"Version":"2012-10-17"}""", "Syntax errors in policy.")]
    [InlineData("""{"Version":"2013-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""", "Syntax errors in policy.")]
    [InlineData("""{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}""", "Syntax errors in policy.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}]}""", "Syntax errors in policy.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Effect":"Deny"}]}""", "Syntax errors in policy.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Why":"x"}]}""", "Syntax errors in policy.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Resource":"*"}]}""", "Policy statement must contain actions.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*"}]}""", "Policy statement must contain resources.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":[]}]}""", "Policy statement must contain resources.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"RunTask","Resource":"*"}]}""", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"e cs:RunTask","Resource":"*"}]}""", "Vendor e cs is not valid")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"bucket"}]}""", "Resource bucket must be in ARN format or \"*\".")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:amazon:s3:::b"}]}""", "Partition \"amazon\" is not valid for resource \"arn:amazon:s3:::b\".")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}""", "Policy document should not specify a principal.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"k":"v"}}}]}""", "Invalid Condition type : StringIs.")]
    [InlineData("""{"Statement":[{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}]}""",
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")]
    [InlineData("""{"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}]}""",
        "Statement IDs (SID) in a single policy must be unique.")]
    public void Refused_as_an_identity_policy(string text, string message) =>
        Should.Throw<PolicySyntaxException>(() => PolicyParser.Parse(text, PolicyKind.Identity)).Message.ShouldBe(message);

    [Theory]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}]}""", "Has prohibited field Resource")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}""", "Missing required field Principal")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":{"AWS":"ann"},"Action":"sts:AssumeRole"}]}""", "Invalid principal in policy: \"AWS\":\"ann\"")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"ann","Action":"sts:AssumeRole"}]}""", "Syntax errors in policy.")]
    public void Refused_as_a_trust_policy(string text, string message) =>
        Should.Throw<PolicySyntaxException>(() => PolicyParser.Parse(text, PolicyKind.Trust)).Message.ShouldBe(message);

    [Fact]
    public void A_statement_knows_its_place()
    {
        var document = PolicyParser.Parse("""
            {"Statement": [
              {"Effect": "Allow", "Action": "*", "Resource": "*"},
              {"Effect": "Deny", "Action": "*", "Resource": "*"}
            ]}
            """, PolicyKind.Identity);
        document.Statements.Select(s => (s.Place.Start, s.Place.End)).ShouldBe([((2, 3), (2, 54)), ((3, 3), (3, 53))]);
    }

    /// <summary>Whatever comes in place of a policy: an answer, no crash.</summary>
    [Fact]
    public void Damaged_policies_are_refused_cleanly()
    {
        const string whole = """{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["ecs:*"],"Resource":"arn:aws:ecs:*:*:task/${aws:username}","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a*",1,true]}}}]}""";
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = whole.ToCharArray();
            for (var n = random.Next(1, 4); n > 0; n--) text[random.Next(text.Length)] = "{}[]\":,*?$ax\\"[random.Next(13)];
            try
            {
                PolicyParser.Parse(new string(text), PolicyKind.Identity);
            }
            catch (PolicySyntaxException e)
            {
                e.Message.ShouldNotBeEmpty();
            }
        }
    }
}
