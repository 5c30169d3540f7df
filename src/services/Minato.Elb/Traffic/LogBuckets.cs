using System.Text;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Traffic;

/// <summary>
/// The buckets that logs go to. They are written as Elastic Load Balancing's log delivery, which has only the rights that a bucket's
/// policy gives it.
/// </summary>
internal sealed class LogBuckets(IS3? s3 = null)
{
    private const string Delivery = "logdelivery.elasticloadbalancing.amazonaws.com";

    /// <summary>False where no bucket can be: logs go to the host's own folder then, or nowhere.</summary>
    public bool AreServed => s3 is not null;

    /// <summary>AWS: a load balancer that is to log writes a file at once, and is refused what it could not do later.</summary>
    public async Task DemandAsync(BalancerState balancer, CancellationToken ct)
    {
        if (!AreServed) return;
        foreach (var kind in LogKind.All.Where(k => k.IsOn(balancer.Attributes)))
        {
            var content = Encoding.UTF8.GetBytes($"Enable {kind.Name} for ELB: {balancer.Name} at {balancer.Home.Region}");
            if (await PutAsync(balancer, kind, AccessLogFile.TestKeyOf(balancer, kind), content, ct) is not null)
                throw Api.ElbErrors.Incompatible($"Access Denied for bucket: {kind.Bucket(balancer.Attributes)}. Please check S3bucket permission");
        }
    }

    /// <returns>Why the bucket did not take it; null when it did.</returns>
    public async Task<string?> PutAsync(BalancerState balancer, LogKind kind, string key, byte[] content, CancellationToken ct)
    {
        if (s3 is null) return null;
        var bucket = kind.Bucket(balancer.Attributes);
        try
        {
            await s3.PutObjectAsync(new() { Bucket = bucket, Key = key, Body = new MemoryStream(content) }, Caller.ForService(balancer.Home.AccountId, balancer.Home.Region, Delivery), ct);
            return null;
        }
        catch (AwsException e) when (e.Code is "AccessDenied" && LogAccounts.Of(balancer.Home.Region) is { } account)
        {
            return await PutAsAsync(account, bucket, key, content, balancer.Home.Region, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return e.Message;
        }
    }

    /// <summary>AWS: policies from before 2022 name an account of Elastic Load Balancing in the region; they still count.</summary>
    private async Task<string?> PutAsAsync(string account, string bucket, string key, byte[] content, string region, CancellationToken ct)
    {
        if (s3 is null) return null;
        try
        {
            var caller = new Caller { AccountId = account, Region = region, PrincipalArn = $"arn:aws:iam::{account}:root", PrincipalId = account };
            await s3.PutObjectAsync(new() { Bucket = bucket, Key = key, Body = new MemoryStream(content) }, caller, ct);
            return null;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return e.Message;
        }
    }
}
