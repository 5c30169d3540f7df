using Minato.Aws;
using Minato.CloudFormation.Templates;
using Minato.Contracts.Sts;

namespace Minato.CloudFormation.Api;

/// <summary>Roles that CloudFormation is to act as: they must be there and trust it.</summary>
internal sealed class ServiceRoles(ISts? sts = null)
{
    public const string SessionName = "AWSCloudFormation";
    private const string Service = "cloudformation.amazonaws.com";

    /// <exception cref="AwsException">AWS's words for a role of which nothing can be had, whatever the reason.</exception>
    public async ValueTask CheckAsync(string? role, Caller caller, CancellationToken ct)
    {
        if (role is null) return;
        if (!Arn.TryParse(role, out var arn) || arn.Service is not "iam" || !arn.Resource.StartsWith("role/", StringComparison.Ordinal)) throw Refused(role);
        if (sts is null) return;
        try
        {
            await sts.AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = SessionName }, Caller.ForService(caller.AccountId, caller.Region, Service), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw Refused(role);
        }
    }

    private static AwsException Refused(string role) => TemplateErrors.Validation($"Role {role} is invalid or cannot be assumed");
}
