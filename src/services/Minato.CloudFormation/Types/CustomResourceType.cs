using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.Sns;
using Minato.Engines.Functions;
using Minato.Platform;

namespace Minato.CloudFormation.Types;

/// <summary>
/// AWS::CloudFormation::CustomResource and Custom::*: a function or the subscribers of a topic do the work, and put their answer to an
/// address of ours. A request is sent again after a crash, with the same RequestId: as on AWS they may see one twice.
/// </summary>
internal sealed class CustomResourceType(AnswerUrls urls, Store store, FactsVault vault, TimeProvider clock, IFunctionEngine? functions = null, ISns? sns = null)
    : IResourceType, IWoken
{
    private const int DefaultTimeout = 3600; // Seconds; AWS: also the longest.
    private const string Sent = "sent";

    public string TypeName => TypeRegistry.Custom;

    // AWS: another ServiceToken is not refused, but changes who is asked; the resource stays the same.
    public ResourceTypeSchema Schema { get; } = new() { Required = ["ServiceToken"] };

    public ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct) => AskAsync(request, "Create", ct);

    public ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct) => AskAsync(request, "Update", ct);

    public ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct) => AskAsync(request, "Delete", ct);

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) => ValueTask.FromResult<ResourceModel?>(null);

    private async ValueTask<ResourceProgress> AskAsync(ResourceRequest request, string kind, CancellationToken ct)
    {
        if (Answer(request, kind) is { } early) return early;
        if (request.Context is null && await SendAsync(request, kind, ct) is { } refusal) return new ResourceProgress.Failed("", refusal);
        if (Answer(request, kind) is { } answer) return answer;
        var seconds = int.TryParse(Values.Text(request.Properties["ServiceTimeout"]), out var given) ? Math.Clamp(given, 1, DefaultTimeout) : DefaultTimeout;
        var left = request.Since + TimeSpan.FromSeconds(seconds) - clock.GetUtcNow();
        return left > TimeSpan.Zero ? new ResourceProgress.Pending(null, left, Sent) : new ResourceProgress.Failed("",
            $"CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{request.ClientToken}]. "
            + "If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.");
    }

    private ResourceProgress? Answer(ResourceRequest request, string kind)
    {
        if (store.Current.Find(CloudFormationTables.Answers, request.ClientToken) is not { } kept) return null;
        var answer = Values.Object(vault.OpenText(kept.ResourceKey, kept.Sealed));
        var id = Values.Text(answer["PhysicalResourceId"]);
        if (Values.Text(answer["Status"]) is not "SUCCESS")
        {
            return new ResourceProgress.Failed("",
                $"Received response status [FAILED] from custom resource. Message returned: {Values.Text(answer["Reason"]) ?? "See the details in CloudWatch Log Stream"} (RequestId: {request.ClientToken})", kind is "Create" ? id : null);
        }
        if (kind is "Delete") return new ResourceProgress.Done(null, new());
        if (id is null or "") return new ResourceProgress.Failed("", "Invalid PhysicalResourceId");
        return new ResourceProgress.Done(id, new() { Attributes = answer["Data"] is JsonObject data ? (JsonObject)data.DeepClone() : [] });
    }

    /// <returns>Why it could not be sent.</returns>
    private async ValueTask<string?> SendAsync(ResourceRequest request, string kind, CancellationToken ct)
    {
        var token = Values.Text(request.Properties["ServiceToken"]) ?? "";
        if (!Arn.TryParse(token, out var arn)) return $"Invalid service token: {token}";
        var body = BodyOf(request, kind, token).ToJsonString();
        if (arn.Service is "sns")
        {
            if (sns is null) return $"Invalid service token: {token}";
            await sns.PublishAsync(new() { TopicArn = token, Subject = "AWS CloudFormation custom resource request", Message = body }, request.Caller, ct);
            return null;
        }
        if (arn.Service is not "lambda" || functions is null) return $"Invalid service token: {token}";
        return await functions.InvokeAsync(token, body, ct) is FunctionOutcome.Unknown ? $"Function not found: {token}" : null; // AWS: what broke does not answer, and is waited for.
    }

    private JsonObject BodyOf(ResourceRequest request, string kind, string token)
    {
        var key = ResourceState.KeyOf(request.StackId, request.LogicalResourceId);
        var type = store.Current.Find(CloudFormationTables.Resources, key)?.Type ?? TypeName;
        var body = new JsonObject
        {
            ["RequestType"] = kind, ["ServiceToken"] = token, ["ResponseURL"] = urls.ForAnswer(key, request.ClientToken), ["StackId"] = request.StackId,
            ["RequestId"] = request.ClientToken, ["LogicalResourceId"] = request.LogicalResourceId, ["ResourceType"] = type,
            ["ResourceProperties"] = AllText(request.Properties),
        };
        if (kind is not "Create") body["PhysicalResourceId"] = request.PhysicalResourceId;
        if (kind is "Update") body["OldResourceProperties"] = AllText(request.PreviousProperties);
        return body;
    }

    // AWS: numbers and booleans arrive as strings.
    private static JsonNode? AllText(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, AllText(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(AllText)]),
        null => null,
        _ => Values.Text(node),
    };
}
