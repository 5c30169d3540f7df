using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// What a bucket is set to. Tools read all of it at every look: what is absent has an error of its own.
internal sealed partial class S3Api
{
    public Task<GetBucketVersioningResponse> GetBucketVersioningAsync(GetBucketVersioningRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketVersioning", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new GetBucketVersioningResponse { Status = bucket.Versioning });
    }

    public async Task<PutBucketVersioningResponse> PutBucketVersioningAsync(PutBucketVersioningRequest request, Caller caller, CancellationToken ct)
    {
        var status = request.VersioningConfiguration.Status ?? throw new S3Exception("IllegalVersioningConfigurationException", "The Versioning element must be specified", 400);
        if (request.VersioningConfiguration.MFADelete is MFADelete.Enabled) throw S3Errors.NotImplemented("x-amz-mfa");
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketVersioning", request.ExpectedBucketOwner, b => b.ObjectLock is null || status is BucketVersioningStatus.Enabled ? b with { Versioning = status }
            : throw new S3Exception("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.", 409), ct);
        return new();
    }

    public Task<GetBucketEncryptionResponse> GetBucketEncryptionAsync(GetBucketEncryptionRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetEncryptionConfiguration", expectedOwner: request.ExpectedBucketOwner);
        // AWS: since 2023 every object is encrypted, whether anybody asked or not.
        var byDefault = new ServerSideEncryptionRule { ApplyServerSideEncryptionByDefault = new() { SSEAlgorithm = ServerSideEncryption.Aes256 }, BucketKeyEnabled = false };
        return Task.FromResult(new GetBucketEncryptionResponse { ServerSideEncryptionConfiguration = bucket.Encryption ?? new() { Rules = [byDefault] } });
    }

    public async Task<PutBucketEncryptionResponse> PutBucketEncryptionAsync(PutBucketEncryptionRequest request, Caller caller, CancellationToken ct)
    {
        var asked = request.ServerSideEncryptionConfiguration;
        if (asked.Rules is not [{ } rule]) throw S3Errors.MalformedXml();
        if (rule.ApplyServerSideEncryptionByDefault is { SSEAlgorithm: ServerSideEncryption.Aes256, KMSMasterKeyID: not null })
            throw S3Errors.Invalid("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", ("ArgumentName", "ApplyServerSideEncryptionByDefault"));
        await ChangeAsync(request.Bucket, caller, "s3:PutEncryptionConfiguration", request.ExpectedBucketOwner, b => b with { Encryption = asked }, ct);
        return new();
    }

    public async Task<DeleteBucketEncryptionResponse> DeleteBucketEncryptionAsync(DeleteBucketEncryptionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutEncryptionConfiguration", request.ExpectedBucketOwner, b => b with { Encryption = null }, ct);
        return new();
    }

    public Task<GetBucketCorsResponse> GetBucketCorsAsync(GetBucketCorsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketCORS", expectedOwner: request.ExpectedBucketOwner);
        return bucket.Cors.Length > 0 ? Task.FromResult(new GetBucketCorsResponse { CORSRules = bucket.Cors })
            : throw S3Errors.MissingConfiguration("NoSuchCORSConfiguration", "The CORS configuration does not exist", bucket.Name);
    }

    public async Task<PutBucketCorsResponse> PutBucketCorsAsync(PutBucketCorsRequest request, Caller caller, CancellationToken ct)
    {
        var rules = CorsPlanner.Check(request.CORSConfiguration.CORSRules);
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketCORS", request.ExpectedBucketOwner, b => b with { Cors = rules }, ct);
        return new();
    }

    public async Task<DeleteBucketCorsResponse> DeleteBucketCorsAsync(DeleteBucketCorsRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketCORS", request.ExpectedBucketOwner, b => b with { Cors = [] }, ct);
        return new();
    }

    public Task<GetBucketLifecycleConfigurationResponse> GetBucketLifecycleConfigurationAsync(GetBucketLifecycleConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetLifecycleConfiguration", expectedOwner: request.ExpectedBucketOwner);
        return bucket.Lifecycle.Length > 0
            ? Task.FromResult(new GetBucketLifecycleConfigurationResponse { Rules = bucket.Lifecycle, TransitionDefaultMinimumObjectSize = bucket.TransitionMinimum })
            : throw S3Errors.MissingConfiguration("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", bucket.Name);
    }

    public async Task<PutBucketLifecycleConfigurationResponse> PutBucketLifecycleConfigurationAsync(PutBucketLifecycleConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var rules = LifecyclePlanner.Check(request.LifecycleConfiguration?.Rules, ids.Uuid);
        var minimum = request.TransitionDefaultMinimumObjectSize ?? TransitionDefaultMinimumObjectSize.AllStorageClasses128K;
        await ChangeAsync(request.Bucket, caller, "s3:PutLifecycleConfiguration", request.ExpectedBucketOwner, b => b with { Lifecycle = rules, TransitionMinimum = minimum }, ct);
        return new() { TransitionDefaultMinimumObjectSize = minimum };
    }

    public async Task<DeleteBucketLifecycleResponse> DeleteBucketLifecycleAsync(DeleteBucketLifecycleRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutLifecycleConfiguration", request.ExpectedBucketOwner, b => b with { Lifecycle = [], TransitionMinimum = null }, ct);
        return new();
    }

    public Task<GetBucketWebsiteResponse> GetBucketWebsiteAsync(GetBucketWebsiteRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketWebsite", expectedOwner: request.ExpectedBucketOwner);
        return bucket.Website is { } site
            ? Task.FromResult(new GetBucketWebsiteResponse { IndexDocument = site.IndexDocument, ErrorDocument = site.ErrorDocument, RedirectAllRequestsTo = site.RedirectAllRequestsTo, RoutingRules = site.RoutingRules })
            : throw S3Errors.MissingConfiguration("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", bucket.Name);
    }

    public async Task<PutBucketWebsiteResponse> PutBucketWebsiteAsync(PutBucketWebsiteRequest request, Caller caller, CancellationToken ct)
    {
        var site = request.WebsiteConfiguration;
        if (site.RedirectAllRequestsTo is null && site.IndexDocument is null)
            throw S3Errors.Invalid("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty", ("ArgumentName", "IndexDocument"), ("ArgumentValue", "null"));
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketWebsite", request.ExpectedBucketOwner, b => b with { Website = site }, ct);
        return new();
    }

    public async Task<DeleteBucketWebsiteResponse> DeleteBucketWebsiteAsync(DeleteBucketWebsiteRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:DeleteBucketWebsite", request.ExpectedBucketOwner, b => b with { Website = null }, ct);
        return new();
    }

    public Task<GetBucketLoggingResponse> GetBucketLoggingAsync(GetBucketLoggingRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetBucketLoggingResponse { LoggingEnabled = Open(request.Bucket, caller, "s3:GetBucketLogging", expectedOwner: request.ExpectedBucketOwner).Logging });

    public async Task<PutBucketLoggingResponse> PutBucketLoggingAsync(PutBucketLoggingRequest request, Caller caller, CancellationToken ct)
    {
        var asked = request.BucketLoggingStatus.LoggingEnabled;
        if (asked is not null && store.Current.Find(S3Tables.Buckets, asked.TargetBucket) is null)
            throw new S3Exception("InvalidTargetBucketForLogging", "The target bucket for logging does not exist", 400, ("TargetBucket", asked.TargetBucket));
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketLogging", request.ExpectedBucketOwner, b => b with { Logging = asked }, ct);
        return new();
    }

    public Task<GetBucketNotificationConfigurationResponse> GetBucketNotificationConfigurationAsync(GetBucketNotificationConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var kept = Open(request.Bucket, caller, "s3:GetBucketNotification", expectedOwner: request.ExpectedBucketOwner).Notification;
        return Task.FromResult(new GetBucketNotificationConfigurationResponse { EventBridgeConfiguration = kept?.EventBridgeConfiguration });
    }

    public async Task<PutBucketNotificationConfigurationResponse> PutBucketNotificationConfigurationAsync(PutBucketNotificationConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var asked = request.NotificationConfiguration;
        // Nothing here could be told: there are no topics, queues or functions to name.
        if (asked is { TopicConfigurations.Length: > 0 } or { QueueConfigurations.Length: > 0 } or { LambdaFunctionConfigurations.Length: > 0 })
            throw S3Errors.Invalid("Unable to validate the following destination configurations");
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketNotification", request.ExpectedBucketOwner, b => b with { Notification = asked }, ct);
        return new();
    }

    public Task<GetBucketAccelerateConfigurationResponse> GetBucketAccelerateConfigurationAsync(GetBucketAccelerateConfigurationRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetBucketAccelerateConfigurationResponse { Status = Open(request.Bucket, caller, "s3:GetAccelerateConfiguration", expectedOwner: request.ExpectedBucketOwner).Acceleration });

    public async Task<PutBucketAccelerateConfigurationResponse> PutBucketAccelerateConfigurationAsync(PutBucketAccelerateConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Bucket.Contains('.', StringComparison.Ordinal)) throw S3Errors.BadRequest("S3 Transfer Acceleration is not supported for buckets with periods (.) in their names");
        var status = request.AccelerateConfiguration.Status ?? throw S3Errors.MalformedXml();
        await ChangeAsync(request.Bucket, caller, "s3:PutAccelerateConfiguration", request.ExpectedBucketOwner, b => b with { Acceleration = status }, ct);
        return new();
    }

    public Task<GetBucketRequestPaymentResponse> GetBucketRequestPaymentAsync(GetBucketRequestPaymentRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetBucketRequestPaymentResponse { Payer = Open(request.Bucket, caller, "s3:GetBucketRequestPayment", expectedOwner: request.ExpectedBucketOwner).Payer });

    public async Task<PutBucketRequestPaymentResponse> PutBucketRequestPaymentAsync(PutBucketRequestPaymentRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketRequestPayment", request.ExpectedBucketOwner, b => b with { Payer = request.RequestPaymentConfiguration.Payer }, ct);
        return new();
    }

    public Task<GetBucketReplicationResponse> GetBucketReplicationAsync(GetBucketReplicationRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetReplicationConfiguration", expectedOwner: request.ExpectedBucketOwner);
        throw S3Errors.MissingConfiguration("ReplicationConfigurationNotFoundError", "The replication configuration was not found", bucket.Name);
    }

    public Task<PutBucketReplicationResponse> PutBucketReplicationAsync(PutBucketReplicationRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:PutReplicationConfiguration", expectedOwner: request.ExpectedBucketOwner);
        throw bucket.Versioning is BucketVersioningStatus.Enabled ? S3Errors.NotImplemented("replication")
            : S3Errors.BadRequest("Versioning must be 'Enabled' on the bucket to apply a replication configuration");
    }

    public Task<DeleteBucketReplicationResponse> DeleteBucketReplicationAsync(DeleteBucketReplicationRequest request, Caller caller, CancellationToken ct)
    {
        Open(request.Bucket, caller, "s3:PutReplicationConfiguration", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new DeleteBucketReplicationResponse());
    }
}
