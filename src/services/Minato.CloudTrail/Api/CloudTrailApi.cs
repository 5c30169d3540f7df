using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.Contracts.Cloudtrail;
using Minato.Contracts.S3;
using Minato.Platform;

namespace Minato.CloudTrail.Api;

/// <summary>CloudTrail: the event history of the last ninety days, and trails that deliver it.</summary>
internal sealed partial class CloudTrailApi(Store store, EventLog events, IAppendLog log, PageTokens tokens, TimeProvider clock, IS3? s3 = null) : ICloudtrail
{
    private const int MostTrails = 5;
    private const int MostTags = 50;

    private static string ArnOf(Home home, string name) => new Arn("cloudtrail", home.Region, home.AccountId, $"trail/{name}").ToString();

    /// <summary>By name in the caller's region, or by ARN.</summary>
    private static TrailState Find(IReadState state, Caller caller, string nameOrArn)
    {
        var home = Home.Of(caller);
        var arn = nameOrArn;
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            CheckName(nameOrArn);
            arn = ArnOf(home, nameOrArn);
        }
        else if (!Arn.TryParse(nameOrArn, out var parsed) || parsed.Service != "cloudtrail" || !parsed.Resource.StartsWith("trail/", StringComparison.Ordinal))
        {
            throw new CloudTrailARNInvalidException($"Invalid ARN: {nameOrArn}.");
        }

        if (state.Find(CloudTrailTables.Trails, arn) is { } found && found.Home.AccountId == home.AccountId) return found;
        throw new TrailNotFoundException($"Unknown trail: {arn} for the user: {home.AccountId}");
    }

    private ValueTask<TrailState> ChangeAsync(Caller caller, string name, Func<TrailState, TrailState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var trail = Find(tx, caller, name);
        // AWS: a trail is changed in the region that it was made in.
        if (trail.Home.Region != caller.Region) throw new InvalidHomeRegionException($"The home region of this trail is {trail.Home.Region}; the request was made in {caller.Region}.");
        var changed = change(trail);
        tx.Put(CloudTrailTables.Trails, changed);
        return changed;
    }, ct);

    private static void CheckName(string name)
    {
        if (name.Length is < 3 or > 128) throw new InvalidTrailNameException("Trail name too short or too long. Minimum allowed length: 3 characters. Specified name length: " + $"{name.Length} characters.");
        if (!char.IsAsciiLetterOrDigit(name[0])) throw new InvalidTrailNameException("Trail name must starts with a letter or number.");
        if (!char.IsAsciiLetterOrDigit(name[^1])) throw new InvalidTrailNameException("Trail name must ends with a letter or number.");
        if (!Name().IsMatch(name)) throw new InvalidTrailNameException("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).");
        if (Doubled().IsMatch(name)) throw new InvalidTrailNameException("Trail name cannot have adjacent periods, underscores or dashes.");
    }

    /// <summary>AWS: a trail whose files the bucket would not take is not made.</summary>
    private async ValueTask CheckBucketAsync(string bucket, Home home, CancellationToken ct)
    {
        if (s3 is null) return;
        try
        {
            await s3.GetBucketAclAsync(new() { Bucket = bucket }, Caller.ForService(home.AccountId, home.Region, "cloudtrail.amazonaws.com"), ct);
        }
        catch (AwsException e)
        {
            if (e.Code == "NoSuchBucket") throw new S3BucketDoesNotExistException($"S3 bucket {bucket} does not exist!");
            throw new InsufficientS3BucketPolicyException($"Incorrect S3 bucket policy is detected for bucket: {bucket}");
        }
    }

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Contracts.Cloudtrail.Tag> added)
    {
        var merged = tags.SetItems(added.Select(t => KeyValuePair.Create(t.Key, t.Value ?? "")));
        return merged.Count <= MostTags ? merged : throw new TagsLimitExceededException($"The number of tags per trail has exceeded the permitted amount of {MostTags}.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex("[._-]{2}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Doubled();
}
