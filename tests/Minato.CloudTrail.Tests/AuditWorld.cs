using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.CloudTrail.Recording;
using Minato.Contracts.Cloudtrail;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3;
using Minato.Testing;

namespace Minato.CloudTrail.Tests;

/// <summary>A world with CloudTrail, S3, and a bus that remembers.</summary>
internal sealed class AuditWorld(World world, List<PutEventsRequestEntry> told)
{
    public World World => world;
    public ICloudtrail Trail => world.Client<ICloudtrail>();
    public IS3 S3 => world.Client<IS3>();
    public Caller Caller => world.Caller;
    public List<PutEventsRequestEntry> Told => told;

    public static void Run(Func<AuditWorld, Task> test) => Run(1, test);

    public static void Run(ulong seed, Func<AuditWorld, Task> test, IAppendLog? log = null)
    {
        var told = new List<PutEventsRequestEntry>();
        World.Run(seed, world => test(new(world, told)), services => (log is null ? services : services.AddSingleton(log)).AddSingleton(new PageTokens("a secret of the test"u8))
            .AddS3().AddSingleton<IEventbridge>(new EventbridgeClient(new Bus(told))).AddCloudTrail());
    }

    /// <summary>As the endpoint does it for a call that was answered or refused, but does not wait until its answer may leave.</summary>
    public void Called(ServiceModel service, string operation, IShape? request = null, IShape? response = null, Caller? caller = null, string? error = null, TimeSpan? ago = null) =>
        _ = ClosedAsync(service, operation, request, response, caller, error, ago);

    /// <returns>When the answer may leave.</returns>
    public Task ClosedAsync(ServiceModel service, string operation, IShape? request = null, IShape? response = null, Caller? caller = null, string? error = null, TimeSpan? ago = null) =>
        world.Client<CallRecorder>().CloseAsync(RecordOf(service, operation, request, response, caller, error, ago), null).AsTask();

    /// <summary>A call as the endpoint makes it: opened, done, closed.</summary>
    public async Task CallAsync(ServiceModel service, string operation, IShape request, Func<Task<IShape>> does)
    {
        var record = RecordOf(service, operation, request);
        var opened = world.Client<CallRecorder>().Open(record);
        await world.Client<CallRecorder>().CloseAsync(record with { Response = await does() }, opened);
    }

    private CallRecord RecordOf(
        ServiceModel service, string operation, IShape? request = null, IShape? response = null, Caller? caller = null, string? error = null, TimeSpan? ago = null) => new()
    {
        At = world.Time.GetUtcNow() - (ago ?? TimeSpan.Zero), Caller = (caller ?? Caller) with { SourceIp = "192.0.2.7", UserAgent = "aws-cli/2.9" }, Service = service,
        Operation = service.Find(operation) ?? throw new InvalidOperationException($"There is no {operation}."), Request = request, Response = response,
        ErrorCode = error, ErrorMessage = error is null ? null : "Because.", Host = "127.0.0.1:4566",
    };

    public async Task<List<Minato.Contracts.Cloudtrail.Event>> LookupAsync(LookupAttributeKey? key = null, string value = "", Func<LookupEventsRequest, LookupEventsRequest>? with = null)
    {
        var request = new LookupEventsRequest { LookupAttributes = key is { } k ? [new() { AttributeKey = k, AttributeValue = value }] : null };
        request = with?.Invoke(request) ?? request;
        List<Minato.Contracts.Cloudtrail.Event> found = [];
        do
        {
            var page = await Trail.LookupEventsAsync(request, Caller, default);
            found.AddRange(page.Events ?? []);
            request = request with { NextToken = page.NextToken };
        }
        while (request.NextToken is not null);
        return found;
    }

    public async Task<JsonElement> OnlyAsync()
    {
        var found = await LookupAsync();
        using var parsed = JsonDocument.Parse(found.ShouldHaveSingleItem().CloudTrailEvent ?? "");
        return parsed.RootElement.Clone();
    }

    public async Task BucketAsync(string name, bool isOpen = true)
    {
        await S3.CreateBucketAsync(new() { Bucket = name }, Caller, default);
        if (!isOpen) return;
        await S3.PutBucketPolicyAsync(new()
        {
            Bucket = name,
            Policy = $$"""
                {"Version":"2012-10-17","Statement":[
                  {"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::{{name}}"},
                  {"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{{name}}/*"}]}
                """,
        }, Caller, default);
    }

    private sealed class Bus(List<PutEventsRequestEntry> told) : IAwsInvoker
    {
        public Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
            where TOut : IShape<TOut>
        {
            told.AddRange(((PutEventsRequest)request).Entries);
            return Task.FromResult((TOut)(object)new PutEventsResponse { FailedEntryCount = 0, Entries = [] });
        }
    }
}
