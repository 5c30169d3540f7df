using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.Testing;

namespace Minato.S3.Tests;

/// <summary>A world with S3 alone.</summary>
internal sealed class S3World(World world)
{
    public World World => world;
    public IS3 S3 => world.Client<IS3>();
    public Caller Caller => world.Caller;
    public Caller Stranger { get; } = Caller.Anonymous("request");
    public Caller Other => world.Caller with { AccountId = "210987654321", PrincipalArn = "arn:aws:iam::210987654321:root" };
    public IBlobStore Blobs => world.Services.GetRequiredKeyedService<IBlobStore>("s3");

    public static void Run(Func<S3World, Task> test) => World.Run(1, world => test(new(world)), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddS3());

    /// <summary>A test with a bucket called <c>things</c>.</summary>
    public static void WithBucket(Func<S3World, Task> test) => Run(async s3 =>
    {
        await s3.CreateAsync("things");
        await test(s3);
    });

    public Task<CreateBucketResponse> CreateAsync(string name, Caller? caller = null) => S3.CreateBucketAsync(new() { Bucket = name }, caller ?? Caller, default);

    public Task<PutObjectResponse> PutAsync(string key, string text, string bucket = "things", Caller? caller = null) =>
        S3.PutObjectAsync(new() { Bucket = bucket, Key = key, Body = Body(text) }, caller ?? Caller, default);

    public async Task<string> GetAsync(string key, string bucket = "things", Caller? caller = null, string? version = null, string? range = null) =>
        await TextAsync((await S3.GetObjectAsync(new() { Bucket = bucket, Key = key, VersionId = version, Range = range }, caller ?? Caller, default)).Body);

    public Task<DeleteObjectResponse> DeleteAsync(string key, string? version = null) =>
        S3.DeleteObjectAsync(new() { Bucket = "things", Key = key, VersionId = version }, Caller, default);

    public Task VersionAsync(BucketVersioningStatus status) =>
        S3.PutBucketVersioningAsync(new() { Bucket = "things", VersioningConfiguration = new() { Status = status } }, Caller, default);

    public async Task<string> CodeAsync(Func<Task> work) => (await world.Throws<AwsException>(work)).Code;

    public async Task<int> FilesAsync()
    {
        var count = 0;
        await foreach (var _ in Blobs.ListAsync(default)) count++;
        return count;
    }

    public static Stream Body(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    public static async Task<string> TextAsync(Stream? body)
    {
        if (body is null) return "";
        await using var content = body;
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
