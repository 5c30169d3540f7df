using Minato.Aws;

namespace Minato.Ec2.Api;

/// <summary>What EC2 says about launch templates that it will not make or does not have.</summary>
internal static class LaunchTemplateErrors
{
    public static AwsException IdNotFound(string id) => new("InvalidLaunchTemplateId.NotFound", $"The specified launch template, with template ID {id}, does not exist.");

    public static AwsException NameNotFound(string name) =>
        new("InvalidLaunchTemplateName.NotFoundException", $"The specified launch template, with template name {name}, does not exist.");

    public static AwsException NameTaken() => new("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");

    public static AwsException NameMalformed() => new("InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.");

    public static AwsException VersionNotFound(string id, string version) =>
        new("InvalidLaunchTemplateId.VersionNotFound", $"Could not find launch template version {version} for launch template {id}.");

    public static AwsException NotNamed() => new("MissingParameter", "Must specify either launch template ID or launch template name, but not both.");

    public static AwsException TooMany(string what, int most) => new("ResourceLimitExceeded", $"The maximum number of {what} ({most}) has been reached.");
}
