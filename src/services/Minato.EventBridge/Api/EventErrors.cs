using Minato.Aws;
using Minato.Aws.EventPatterns;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Api;

/// <summary>Texts of AWS's errors.</summary>
internal static class EventErrors
{
    public const string TooMany = "The requested resource exceeds the maximum number allowed.";

    public static AwsException Validation(string message) => new("ValidationException", message);

    public static AwsException NoBus(string name) => new ResourceNotFoundException($"Event bus {name} does not exist.");

    public static AwsException NoRule(RuleKey rule) => new ResourceNotFoundException($"Rule {rule.Name} does not exist on EventBus {rule.Bus.Name}.");

    public static AwsException NoArchive(string name) => new ResourceNotFoundException($"Archive {name} does not exist.");

    public static AwsException NoReplay(string name) => new ResourceNotFoundException($"Replay {name} does not exist.");

    public static AwsException Managed(RuleRecord rule) => new ManagedRuleException($"Rule {rule.Key.Name} is managed by {rule.ManagedBy}.");

    /// <summary>Reads a pattern, to refuse what is none.</summary>
    public static void CheckPattern(string text)
    {
        try
        {
            EventPattern.Parse(text);
        }
        catch (EventPatternException e)
        {
            throw new InvalidEventPatternException($"Event pattern is not valid. Reason: {e.Message}\n at [Source: (String)\"{text}\"; line: 1, column: {e.Column}]");
        }
    }
}
