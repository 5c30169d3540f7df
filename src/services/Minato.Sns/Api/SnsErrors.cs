using Minato.Aws;
using Minato.Contracts.Sns;

namespace Minato.Sns.Api;

/// <summary>Texts of AWS's errors.</summary>
internal static class SnsErrors
{
    public static AwsException Invalid(string what) => new InvalidParameterException($"Invalid parameter: {what}");

    public static AwsException NoTopic => new NotFoundException("Topic does not exist");

    public static AwsException NoSubscription => new NotFoundException("Subscription does not exist");

    public static AwsException NotAllowed(Caller caller, string action, string arn) => new AuthorizationErrorException(
        $"User: {caller.PrincipalArn} is not authorized to perform: SNS:{action} on resource: {arn} because no resource-based policy allows the SNS:{action} action");

    public static Arn TopicArn(string text, string name = "TopicArn")
    {
        if (text.Split(':').Length is var parts and < 6) throw Invalid($"{name} Reason: An ARN must have at least 6 elements, not {parts}");
        return Arn.TryParse(text, out var arn) && arn.Service == "sns" ? arn : throw Invalid(name);
    }
}
