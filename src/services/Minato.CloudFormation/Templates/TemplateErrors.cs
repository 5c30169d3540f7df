using Minato.Aws;

namespace Minato.CloudFormation.Templates;

/// <summary>What is wrong with a template or its parameters, in AWS's words.</summary>
internal static class TemplateErrors
{
    public static AwsException Validation(string message) => new("ValidationError", message);

    public static AwsException Format(string message) => Validation($"Template format error: {message}");

    public static AwsException Template(string message) => Validation($"Template error: {message}");

    public static AwsException TooLarge() => Validation($"Template may not exceed {TemplateText.Largest} bytes in size.");

    public static AwsException NoText() => Format("The Value field of every Outputs member must evaluate to a String.");

    public static AwsException NotWellFormed(string language, int line, int column) =>
        Format($"{language} not well-formed. (line {line}, column {column})");

    public static AwsException Unresolved(string section, IEnumerable<string> names) =>
        section is "Resources" ? Format(Dependencies(section, names)) : Validation(Dependencies(section, names));

    public static AwsException UnresolvedCondition(string section, string name) => Format($"Unresolved condition dependency {name} in the {section} block of the template");

    private static string Dependencies(string section, IEnumerable<string> names) =>
        $"Unresolved resource dependencies [{string.Join(", ", names)}] in the {section} block of the template";
}
