using Minato.Aws.Policies;
using Minato.Contracts.Kms;
using Minato.Kms.State;

namespace Minato.Kms.Planning;

/// <summary>Policies that keys have without being given one, as AWS writes them.</summary>
internal static class KeyPolicies
{
    public const string Name = "default";
    private const int LongestPolicy = 32 * 1024;

    /// <summary>The account decides by the policies of its principals.</summary>
    public static string Default(Home home) => $$"""
        {
          "Version" : "2012-10-17",
          "Id" : "key-default-1",
          "Statement" : [ {
            "Sid" : "Enable IAM User Permissions",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:aws:iam::{{home.AccountId}}:root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          } ]
        }
        """;

    /// <summary>Whoever may use the service uses its key through it; the account itself only looks at it.</summary>
    public static string OfService(Home home, string service) => $$"""
        {
          "Version" : "2012-10-17",
          "Id" : "auto-{{service}}-2",
          "Statement" : [ {
            "Sid" : "Allow access through {{service}} for all principals in the account that are authorized to use {{service}}",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "*"
            },
            "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
            "Resource" : "*",
            "Condition" : {
              "StringEquals" : {
                "kms:CallerAccount" : "{{home.AccountId}}",
                "kms:ViaService" : "{{service}}.{{home.Region}}.amazonaws.com"
              }
            }
          }, {
            "Sid" : "Allow direct access to key metadata to the account",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:aws:iam::{{home.AccountId}}:root"
            },
            "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
            "Resource" : "*"
          } ]
        }
        """;

    /// <exception cref="MalformedPolicyDocumentException">It is no policy of a key.</exception>
    public static PolicyDocument Read(string text)
    {
        if (text.Length > LongestPolicy) throw new LimitExceededException("The policy document exceeds the maximum allowed length.");
        try
        {
            return PolicyParser.Parse(text, PolicyKind.Resource);
        }
        catch (PolicySyntaxException e)
        {
            throw new MalformedPolicyDocumentException(e.Message);
        }
    }
}
