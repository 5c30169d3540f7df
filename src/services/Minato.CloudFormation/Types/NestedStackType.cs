using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.Api;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Types;

/// <summary>AWS::CloudFormation::Stack: a stack that is a resource of another.</summary>
internal sealed class NestedStackType(IServiceProvider services, Store store) : IResourceType, IWoken
{
    public const string Name = "AWS::CloudFormation::Stack";
    private const int RandomLength = 12;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);

    public string TypeName => Name;

    public ResourceTypeSchema Schema { get; } = new()
    {
        Required = ["TemplateURL"],
        Properties = ["TemplateURL", "Parameters", "NotificationARNs", "Tags", "TimeoutInMinutes"],
        Attributes = ["Outputs.*"],
        Tags = "Tags",
    };

    // Not injected: the registry that the starts know knows this type.
    private StackStarts Starts => services.GetRequiredService<StackStarts>();

    public async ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct)
    {
        // The same name for every attempt: its random part comes from the token.
        var name = NameOf(request.StackName, request.LogicalResourceId, request.ClientToken);
        var home = Home.Of(request.Caller);
        var stack = ByName(home, name) ?? Of(store.Current, request.StackId, request.LogicalResourceId).FirstOrDefault(s => s.Status is StackStatus.ReviewInProgress || s.LastToken == request.ClientToken);
        if (stack is null or { Status: StackStatus.ReviewInProgress })
        {
            var parent = Find(request.StackId);
            var id = await Starts.CreateAsync(request.Caller, Asked(request, stack?.Name ?? name), ct, start => start with
            {
                ParentId = request.StackId, RootId = parent?.RootId ?? request.StackId,
                ParentResource = ResourceState.KeyOf(request.StackId, request.LogicalResourceId),
            }, stack);
            stack = Find(id) ?? throw new InvalidOperationException($"{id} was just made.");
        }
        return stack switch
        {
            { Status: StackStatus.CreateComplete, IsBusy: false } => Made(stack),
            { IsBusy: false } => new ResourceProgress.Failed("", $"Embedded stack {stack.Id} was not successfully created: {stack.StatusReason}", stack.Id),
            _ => new ResourceProgress.Pending(stack.Id, s_look),
        };
    }

    public async ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct)
    {
        if (Find(request.PhysicalResourceId ?? "") is not { IsLive: true } stack) return new ResourceProgress.Failed("NotFound", $"Stack [{request.PhysicalResourceId}] does not exist");
        if (stack.LastToken != request.ClientToken)
        {
            if (stack.IsBusy) return new ResourceProgress.Pending(stack.Id, s_look);
            try
            {
                var asked = Asked(request, stack.Name);
                await Starts.UpdateAsync(request.Caller, stack.Id, asked, ct);
            }
            catch (AwsException e) when (e.Message == StackStarts.NoUpdates)
            {
                return Made(stack);
            }
            stack = Find(stack.Id) ?? stack;
        }
        return stack switch
        {
            { Status: StackStatus.UpdateComplete, IsBusy: false } => Made(stack),
            { IsBusy: false } => new ResourceProgress.Failed("", $"Embedded stack {stack.Id} was not successfully updated. Currently in {stack.Status.ToWire()} with reason: {stack.StatusReason}", stack.Id),
            _ => new ResourceProgress.Pending(stack.Id, s_look),
        };
    }

    public async ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct)
    {
        if (Find(request.PhysicalResourceId ?? "") is not { IsLive: true } stack) return new ResourceProgress.Done(null, new());
        if (stack.LastToken != request.ClientToken)
        {
            await Starts.DeleteAsync(request.Caller, stack.Id, request.ClientToken, null, [], isForced: false, mayBeProtected: true, ct);
            stack = Find(stack.Id) ?? stack;
        }
        return stack.IsBusy ? new ResourceProgress.Pending(stack.Id, s_look)
            : stack.IsLive ? new ResourceProgress.Failed("", $"Embedded stack {stack.Id} was not successfully deleted: {stack.StatusReason}")
            : new ResourceProgress.Done(null, new());
    }

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult(Find(request.PhysicalResourceId ?? "") is { IsLive: true } stack ? new ResourceModel { Attributes = Outputs(stack), Properties = (JsonObject)request.Properties.DeepClone() } : null);

    private StackState? Find(string id) => store.Current.Find(CloudFormationTables.Stacks, id);

    private StackState? ByName(Home home, string name) => store.Current.Where(CloudFormationTables.LiveByName, (home, name)).FirstOrDefault();

    private static ResourceProgress.Done Made(StackState stack) => new(stack.Id, new() { Attributes = Outputs(stack) });

    private static JsonObject Outputs(StackState stack) => new(stack.Outputs.Select(o => KeyValuePair.Create($"Outputs.{o.Key}", (JsonNode?)Values.Of(o.Value))));

    private StackAsked Asked(ResourceRequest request, string name) => Asked(
        request.Properties, name, Find(request.StackId), request.Tags.Where(t => !t.Key.StartsWith("aws:", StringComparison.Ordinal))) with { Token = request.ClientToken };

    /// <summary>What a resource of this type asks for.</summary>
    /// <param name="ofParent">Tags that it passes on.</param>
    public static StackAsked Asked(JsonObject properties, string name, StackState? parent, IEnumerable<KeyValuePair<string, string>> ofParent)
    {
        var tags = ofParent.ToDictionary(t => t.Key, t => t.Value);
        foreach (var tag in (properties["Tags"] as JsonArray ?? []).OfType<JsonObject>()) tags[Values.Text(tag["Key"]) ?? ""] = Values.Text(tag["Value"]) ?? "";
        return new()
        {
            Name = name, TemplateUrl = Values.Text(properties["TemplateURL"]),
            Parameters = [.. (properties["Parameters"] as JsonObject ?? []).Select(p => new Parameter { ParameterKey = p.Key, ParameterValue = TextOf(p.Value) })],
            Tags = tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
            NotificationArns = [.. (properties["NotificationARNs"] as JsonArray ?? []).Select(Values.Text).OfType<string>()],
            TimeoutInMinutes = int.TryParse(Values.Text(properties["TimeoutInMinutes"]), out var minutes) ? minutes : null,
            // AWS: a nested stack has what its parent was allowed, and leaves it to the parent to undo what failed.
            Capabilities = [.. Enum.GetValues<Capability>()], RoleArn = parent?.Inputs.RoleArn, OnFailure = OnFailure.DoNothing, IsNested = true,
        };
    }

    private static string TextOf(JsonNode? value) => value is JsonArray list ? string.Join(",", list.Select(Values.Text)) : Values.Text(value) ?? "";

    /// <summary>A stack that a change set has made for a resource of this type, and that nobody has executed yet.</summary>
    public static StackState? Reviewed(IReadState state, string parentId, string logicalId) => Of(state, parentId, logicalId).FirstOrDefault(s => s.Status is StackStatus.ReviewInProgress);

    private static IEnumerable<StackState> Of(IReadState state, string parentId, string logicalId) =>
        state.Where(CloudFormationTables.StacksByParent, parentId).Where(s => s.IsLive && s.ParentResource == ResourceState.KeyOf(parentId, logicalId));

    /// <param name="seed">The same of it is the same name.</param>
    public static string NameOf(string parent, string logicalId, string seed)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        var random = string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).Take(RandomLength).Select(b => letters[b % letters.Length]));
        const int most = 128 - RandomLength - 2;
        var stem = $"{parent}-{logicalId}";
        return $"{(stem.Length > most ? stem[..most] : stem)}-{random}";
    }
}
