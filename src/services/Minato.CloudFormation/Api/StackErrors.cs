using Minato.Aws;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

/// <summary>Finding stacks by what callers write, and the refusals that tools match.</summary>
internal static class StackErrors
{
    /// <summary>By name only what lives is found, by id also what was deleted.</summary>
    public static StackState? Find(IReadState state, Home home, string nameOrId)
    {
        if (!StackNames.IsId(nameOrId)) return state.Where(CloudFormationTables.LiveByName, (home, nameOrId)).FirstOrDefault();
        return state.Find(CloudFormationTables.Stacks, nameOrId) is { } stack && stack.Home == home ? stack : null;
    }

    public static StackState Require(IReadState state, Home home, string nameOrId) => Find(state, home, nameOrId) ?? throw NotThere(nameOrId);

    /// <summary>AWS: DescribeStacks and GetTemplate say it so.</summary>
    public static AwsException NotFound(string nameOrId) => TemplateErrors.Validation($"Stack with id {nameOrId} does not exist");

    /// <summary>AWS: events, resources, change sets and changes say it so.</summary>
    public static AwsException NotThere(string nameOrId) => TemplateErrors.Validation($"Stack [{nameOrId}] does not exist");

    public static AwsException InState(StackState stack, string cannot) => TemplateErrors.Validation($"Stack:{stack.Id} is in {stack.Status.ToWire()} state and can not be {cannot}.");

    public static void CheckName(string name)
    {
        if (name.Length > 128)
            throw TemplateErrors.Validation($"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must have length less than or equal to 128");
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw TemplateErrors.Validation($"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
    }
}
