using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ec2;
using Minato.Platform;

namespace Minato.AutoScaling.Api;

/// <summary>The EC2 Auto Scaling API: writes intent and answers at once. One partial file a resource noun.</summary>
internal sealed partial class AutoScalingApi(Store store, TimeProvider clock, Ids ids, PageTokens tokens, IEc2 ec2) : IAutoScaling
{
    private const int DefaultPage = 50;

    private DateTimeOffset Now => clock.GetUtcNow();

    private static GroupKey KeyOf(Caller caller, string name) => new(caller.AccountId, caller.Region, name);

    private static string HomeOf(Caller caller) => $"{caller.AccountId}/{caller.Region}";

    private static GroupState Group(IReadState state, Caller caller, string name) =>
        state.Find(AutoScalingTables.Groups, KeyOf(caller, name))
        ?? throw Invalid($"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found");

    // AWS: not one of the modelled errors, and yet what most refusals are.
    private const string ValidationError = "ValidationError";

    private static AwsException Invalid(string message) => new(ValidationError, message, 400);

    private (IEnumerable<T> Page, string? Next) Page<T>(string operation, IEnumerable<T> sorted, Func<T, string> name, int? size, string? token)
    {
        var after = token is null ? null : tokens.Decode(operation, token) ?? throw new InvalidNextToken("The token is invalid.");
        var rest = sorted.SkipWhile(i => after is not null && string.CompareOrdinal(name(i), after) <= 0);
        var most = size is > 0 and <= 100 ? size.Value : DefaultPage;
        var page = rest.Take(most + 1).ToArray();
        return page.Length <= most ? (page, null) : (page[..most], tokens.Encode(operation, name(page[most - 1])));
    }
}
