using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudTrail.Reconcile;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.Contracts.Cloudtrail;

namespace Minato.CloudTrail.Api;

// The life of a trail.
internal sealed partial class CloudTrailApi
{
    public async Task<CreateTrailResponse> CreateTrailAsync(CreateTrailRequest request, Caller caller, CancellationToken ct)
    {
        CheckName(request.Name);
        RefuseOrganization(request.IsOrganizationTrail);
        CheckLogGroup(request.CloudWatchLogsLogGroupArn, request.CloudWatchLogsRoleArn);
        var home = Home.Of(caller);
        await CheckBucketAsync(request.S3BucketName, home, ct);
        var trail = new TrailState
        {
            Arn = ArnOf(home, request.Name), Home = home, Name = request.Name, Bucket = request.S3BucketName, Prefix = request.S3KeyPrefix, TopicName = request.SnsTopicName,
            IsMultiRegion = request.IsMultiRegionTrail == true, HasGlobalEvents = request.IncludeGlobalServiceEvents != false, IsValidated = request.EnableLogFileValidation == true,
            LogGroupArn = request.CloudWatchLogsLogGroupArn, LogRoleArn = request.CloudWatchLogsRoleArn, KmsKeyId = request.KmsKeyId,
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.TagsList ?? []),
        };
        CheckGlobal(trail);
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudTrailTables.Trails, trail.Arn) is not null) throw new TrailAlreadyExistsException($"Trail {trail.Name} already exists for customer: {home.AccountId}");
            if (tx.Count(CloudTrailTables.TrailsByHome, home) >= MostTrails)
                throw new MaximumNumberOfTrailsExceededException($"User: {home.AccountId} already has {MostTrails} trails in {home.Region}.");
            tx.Put(CloudTrailTables.Trails, trail);
        }, ct);
        return new()
        {
            Name = trail.Name, TrailARN = trail.Arn, S3BucketName = trail.Bucket, S3KeyPrefix = trail.Prefix, SnsTopicName = trail.TopicName, SnsTopicARN = TopicArn(trail),
            IncludeGlobalServiceEvents = trail.HasGlobalEvents, IsMultiRegionTrail = trail.IsMultiRegion, LogFileValidationEnabled = trail.IsValidated,
            CloudWatchLogsLogGroupArn = trail.LogGroupArn, CloudWatchLogsRoleArn = trail.LogRoleArn, KmsKeyId = trail.KmsKeyId, IsOrganizationTrail = false,
        };
    }

    public async Task<UpdateTrailResponse> UpdateTrailAsync(UpdateTrailRequest request, Caller caller, CancellationToken ct)
    {
        RefuseOrganization(request.IsOrganizationTrail);
        CheckLogGroup(request.CloudWatchLogsLogGroupArn, request.CloudWatchLogsRoleArn);
        if (request.S3BucketName is { } bucket) await CheckBucketAsync(bucket, Home.Of(caller), ct);
        var trail = await ChangeAsync(caller, request.Name, t =>
        {
            var changed = t with
            {
                Bucket = request.S3BucketName ?? t.Bucket, Prefix = Given(request.S3KeyPrefix, t.Prefix), TopicName = Given(request.SnsTopicName, t.TopicName),
                HasGlobalEvents = request.IncludeGlobalServiceEvents ?? t.HasGlobalEvents, IsMultiRegion = request.IsMultiRegionTrail ?? t.IsMultiRegion,
                IsValidated = request.EnableLogFileValidation ?? t.IsValidated, LogGroupArn = Given(request.CloudWatchLogsLogGroupArn, t.LogGroupArn),
                LogRoleArn = Given(request.CloudWatchLogsRoleArn, t.LogRoleArn), KmsKeyId = Given(request.KmsKeyId, t.KmsKeyId),
            };
            CheckGlobal(changed);
            return changed;
        }, ct);
        return new()
        {
            Name = trail.Name, TrailARN = trail.Arn, S3BucketName = trail.Bucket, S3KeyPrefix = trail.Prefix, SnsTopicName = trail.TopicName, SnsTopicARN = TopicArn(trail),
            IncludeGlobalServiceEvents = trail.HasGlobalEvents, IsMultiRegionTrail = trail.IsMultiRegion, LogFileValidationEnabled = trail.IsValidated,
            CloudWatchLogsLogGroupArn = trail.LogGroupArn, CloudWatchLogsRoleArn = trail.LogRoleArn, KmsKeyId = trail.KmsKeyId, IsOrganizationTrail = false,
        };
    }

    public async Task<DeleteTrailResponse> DeleteTrailAsync(DeleteTrailRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var trail = Find(tx, caller, request.Name);
            if (trail.Home.Region != caller.Region) throw new InvalidHomeRegionException($"The home region of this trail is {trail.Home.Region}; the request was made in {caller.Region}.");
            foreach (var delivery in tx.Keys(CloudTrailTables.DeliveriesByTrail, trail.Arn).ToArray()) tx.Delete(CloudTrailTables.Deliveries, delivery);
            tx.Delete(CloudTrailTables.Trails, trail.Arn);
        }, ct);
        return new();
    }

    public async Task<StartLoggingResponse> StartLoggingAsync(StartLoggingRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await store.UpdateAsync(tx =>
        {
            var trail = Find(tx, caller, request.Name);
            if (trail.IsLogging) return;
            // What happened while it was stopped is not made up for.
            foreach (var delivery in tx.Keys(CloudTrailTables.DeliveriesByTrail, trail.Arn).ToArray()) tx.Delete(CloudTrailTables.Deliveries, delivery);
            tx.Put(CloudTrailTables.Trails, trail with { IsLogging = true, StartedAt = now });
        }, ct);
        return new();
    }

    public async Task<StopLoggingResponse> StopLoggingAsync(StopLoggingRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await ChangeAsync(caller, request.Name, t => t.IsLogging ? t with { IsLogging = false, StoppedAt = now } : t, ct);
        return new();
    }

    public Task<GetTrailStatusResponse> GetTrailStatusAsync(GetTrailStatusRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var trail = Find(state, caller, request.Name);
        var deliveries = state.Where(CloudTrailTables.DeliveriesByTrail, trail.Arn).ToArray();
        var (delivered, attempted) = (deliveries.Max(d => d.DeliveredAt), deliveries.Max(d => d.AttemptedAt));
        return Task.FromResult(new GetTrailStatusResponse
        {
            IsLogging = trail.IsLogging, StartLoggingTime = trail.StartedAt, StopLoggingTime = trail.StoppedAt, LatestDeliveryTime = delivered,
            LatestDeliveryError = deliveries.Select(d => d.Error).FirstOrDefault(e => e is not null), LatestDeliveryAttemptTime = Text(attempted),
            LatestDeliveryAttemptSucceeded = Text(delivered), TimeLoggingStarted = Text(trail.StartedAt), TimeLoggingStopped = Text(trail.StoppedAt),
            LatestNotificationAttemptTime = "", LatestNotificationAttemptSucceeded = "",
        });

        static string Text(DateTimeOffset? at) => at is { } time ? EventMaker.Date(time) : "";
    }

    private static void RefuseOrganization(bool? isOrganization)
    {
        if (isOrganization == true) throw new OrganizationsNotInUseException("The account is not a member of an organization.");
    }

    private static void CheckLogGroup(string? group, string? role)
    {
        if ((group is { Length: > 0 }) != (role is { Length: > 0 }))
        {
            throw group is { Length: > 0 } ? new InvalidCloudWatchLogsRoleArnException("You must specify a role ARN as well as a log group.")
                : new InvalidCloudWatchLogsLogGroupArnException("You must specify a log group as well as a role ARN.");
        }
    }

    private static void CheckGlobal(TrailState trail)
    {
        if (trail is { IsMultiRegion: true, HasGlobalEvents: false })
            throw new InvalidParameterCombinationException("Multi-Region trail must include global service events.");
    }

    // AWS: an empty text takes a setting away.
    private static string? Given(string? given, string? there) => given is null ? there : given.Length == 0 ? null : given;

    private static string? TopicArn(TrailState trail) => trail.TopicName is not { } name ? null
        : name.StartsWith("arn:", StringComparison.Ordinal) ? name : new Arn("sns", trail.Home.Region, trail.Home.AccountId, name).ToString();
}
