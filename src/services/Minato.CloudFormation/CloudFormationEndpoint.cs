using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Platform;

namespace Minato.CloudFormation;

/// <summary>Takes what custom resources answer and what wait conditions are told. Who knows the address may put something there.</summary>
public sealed class CloudFormationEndpoint
{
    private const int LargestAnswer = 4096; // AWS.
    private const int LargestBody = 64 * 1024;

    private readonly Store _store;
    private readonly FactsVault _vault;
    private readonly AnswerUrls _urls;
    private readonly IWorkQueue<ResourceKey> _queue;
    private readonly Ids _ids;
    private readonly TimeProvider _clock;

    internal CloudFormationEndpoint(Store store, FactsVault vault, AnswerUrls urls, IWorkQueue<ResourceKey> queue, Ids ids, TimeProvider clock) =>
        (_store, _vault, _urls, _queue, _ids, _clock) = (store, vault, urls, queue, ids, clock);

    public static bool IsMeant(HttpRequest request) => request.Path.StartsWithSegments(AnswerUrls.Path.TrimEnd('/'), StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext context) =>
        context.Response.StatusCode = context.Request.Method is not "PUT" ? StatusCodes.Status405MethodNotAllowed
            : await ReadAsync(context.Request.Body, context.RequestAborted) is { } body ? await PutAsync(context.Request.Path, body, context.RequestAborted)
            : StatusCodes.Status413PayloadTooLarge;

    /// <returns>The HTTP status. AWS: the address is one of S3, which takes whatever is put; what it is worth is seen later.</returns>
    internal async Task<int> PutAsync(string path, byte[] body, CancellationToken ct)
    {
        if (_urls.Read(path) is not var (kind, resourceKey, id)) return StatusCodes.Status403Forbidden;
        await _store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudFormationTables.Resources, resourceKey) is null) return;
            if (kind is "signal") Signal(tx, resourceKey, body);
            else Answer(tx, resourceKey, id, body);
        }, ct);
        if (kind is "signal") Wake(resourceKey);
        return StatusCodes.Status200OK;
    }

    private static async Task<byte[]?> ReadAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[LargestBody + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length > LargestBody ? null : buffer[..length];
    }

    // The first answer to a request counts.
    private void Answer(Transaction tx, string resourceKey, string requestId, byte[] body)
    {
        if (tx.Find(CloudFormationTables.Resources, resourceKey)?.Step?.Token != requestId || tx.Find(CloudFormationTables.Answers, requestId) is not null) return;
        var answer = body.Length > LargestAnswer ? Failed("Response object is too long.") : Parse(body) ?? Failed("Invalid JSON in response");
        foreach (var old in tx.Where(CloudFormationTables.AnswersByResource, resourceKey).ToList()) tx.Delete(CloudFormationTables.Answers, old.RequestId);
        tx.Put(CloudFormationTables.Answers, new AnswerState(requestId, resourceKey, _vault.SealText(resourceKey, answer.ToJsonString()), _clock.GetUtcNow()));
    }

    private void Signal(Transaction tx, string resourceKey, byte[] body)
    {
        if (Parse(body) is not { } signal || Values.Text(signal["Status"]) is not ("SUCCESS" or "FAILURE")) return;
        var id = Values.Text(signal["UniqueId"]) is { Length: > 0 } given ? given : _ids.Uuid();
        var state = new SignalState(resourceKey, id, Values.Text(signal["Status"]) is "SUCCESS", _clock.GetUtcNow(), Values.Text(signal["Reason"]), Values.Text(signal["Data"]));
        if (tx.Find(CloudFormationTables.Signals, state.Key) is null) tx.Put(CloudFormationTables.Signals, state);
    }

    // Which conditions wait for a handle is not written down: those of its stack are asked.
    private void Wake(string handleKey)
    {
        var stackId = handleKey.Split('|')[0];
        foreach (var resource in _store.Current.Where(CloudFormationTables.ResourcesByStack, stackId))
        {
            if (resource is { Type: "AWS::CloudFormation::WaitCondition", Step: not null }) _queue.Enqueue(new(resource.Key));
        }
    }

    private static JsonObject Failed(string reason) => new() { ["Status"] = "FAILED", ["Reason"] = reason };

    private static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
