using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Protocols;
using Minato.Aws.Signing;
using Minato.Aws.Tests.Given;

namespace Minato.Aws.Tests.Signing;

/// <summary>The examples that AWS publishes: the Signature Version 4 test suite, the IAM and the S3 documentation.</summary>
public sealed class SignatureVectorTests
{
    private const string SuiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string S3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Key_derivation_of_the_documentation()
    {
        var key = new SigningKey(SuiteSecret, "20150830", "us-east-1", "iam");
        var signature = new byte[32];
        key.SignText(Encoding.UTF8.GetBytes("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\nf536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"), signature);
        Convert.ToHexStringLower(signature).ShouldBe("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    [Theory]
    [InlineData("get-vanilla", "GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("post-vanilla", "POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("get-relative", "GET", "/example/..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-slash", "GET", "//", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-slash-dot-slash", "GET", "/./", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    public void Suite(string name, string method, string path, string query, string expected) =>
        Sign(method, path, query, Headers(("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")), "host;x-amz-date").ShouldBe(expected, name);

    [Fact]
    public void Suite_folds_spaces_in_header_values() => Sign("GET", "/", "",
        Headers(("Host", "example.amazonaws.com"), ("My-Header1", " value1"), ("My-Header2", " \"a   b   c\""), ("X-Amz-Date", "20150830T123600Z")),
        "host;my-header1;my-header2;x-amz-date").ShouldBe("acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");

    [Fact]
    public void Suite_joins_repeated_headers()
    {
        var headers = Headers(("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"));
        headers["My-Header1"] = new[] { "value2", "value2", "value1" };
        Sign("GET", "/", "", headers, "host;my-header1;x-amz-date").ShouldBe("c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
    }

    [Fact]
    public void Path_is_encoded_twice_but_for_S3()
    {
        Canonical("GET", "/a%20b/%C3%A9", encodePath: true).ShouldStartWith("GET\n/a%2520b/%25C3%25A9\n");
        Canonical("GET", "/a%20b//../x", encodePath: false).ShouldStartWith("GET\n/a%20b//../x\n");
        Canonical("GET", "", encodePath: true).ShouldStartWith("GET\n/\n");
    }

    [Fact]
    public void S3_get_object_of_the_documentation()
    {
        var request = S3Request("GET", "/test.txt", "", ("Host", "examplebucket.s3.amazonaws.com"), ("Range", "bytes=0-9"),
            ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
        Verify(request, "2013-05-24T00:00:00Z").Credential.ShouldNotBeNull();
    }

    [Theory, InlineData("2013-05-24T12:00:00Z", true), InlineData("2013-05-25T00:00:01Z", false)]
    public void S3_presigned_url_of_the_documentation_holds_for_a_day(string now, bool accepted)
    {
        var request = S3Request("GET", "/test.txt",
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            ("Host", "examplebucket.s3.amazonaws.com"));
        var verified = Verify(request, now);
        (verified.Credential is not null).ShouldBe(accepted);
        if (!accepted) verified.Fault?.Kind.ShouldBe(SignatureFaultKind.PresignedExpired);
    }

    [Theory, InlineData(0, true), InlineData(70_000 - 5000, false)]
    public async Task S3_chunked_upload_of_the_documentation(int spoiledAt, bool accepted)
    {
        var body = Encoding.ASCII.GetBytes("10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + new string('a', 65536)
            + "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + new string('a', 1024)
            + "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
        body.Length.ShouldBe(66824);
        if (spoiledAt > 0) body[spoiledAt] = (byte)'b';
        var request = S3Request("PUT", "/examplebucket/chunkObject.txt", "", ("Host", "s3.amazonaws.com"), ("Content-Encoding", "aws-chunked"), ("Content-Length", "66824"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("x-amz-date", "20130524T000000Z"), ("x-amz-decoded-content-length", "66560"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
        var payload = Verify(request, "2013-05-24T00:00:00Z").Payload.ShouldNotBeNull();
        if (accepted)
        {
            var content = await payload.UnpackAsync(body, request.Headers, TestContext.Current.CancellationToken);
            content.Length.ShouldBe(66560);
            content.Span.IndexOfAnyExcept((byte)'a').ShouldBe(-1);
        }
        else (await Should.ThrowAsync<AwsException>(async () => await payload.UnpackAsync(body, request.Headers, default))).Code.ShouldBe("SignatureDoesNotMatch");
    }

    private static string Sign(string method, string path, string query, IHeaderDictionary headers, string signedHeaders)
    {
        using var canonical = new PooledBuffer();
        CanonicalRequest.Write(canonical, method, path, query, headers, signedHeaders, EmptyHash, encodePath: true);
        var signature = new byte[32];
        new SigningKey(SuiteSecret, "20150830", "us-east-1", "service").Sign("20150830T123600Z", canonical.Span, signature);
        return Convert.ToHexStringLower(signature);
    }

    private static string Canonical(string method, string path, bool encodePath)
    {
        using var canonical = new PooledBuffer();
        CanonicalRequest.Write(canonical, method, path, "", Headers(("Host", "h")), "host", EmptyHash, encodePath);
        return Encoding.UTF8.GetString(canonical.Span);
    }

    private static Verification Verify(WireInput request, string now) =>
        new SignatureVerifier(new OneKey(), new FixedClock(now)).Verify(request, AuthorizationFields.Find(request.Headers, request.Query), "s3");

    private static WireInput S3Request(string method, string path, string query, params ReadOnlySpan<(string Name, string Value)> headers) =>
        new() { Method = method, Path = path, Query = query, Headers = Headers(headers) };

    private static HeaderDictionary Headers(params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var all = new HeaderDictionary();
        foreach (var (name, value) in headers) all[name] = value;
        return all;
    }

    private sealed class OneKey : ICredentials
    {
        public Credential? Find(string accessKeyId) => accessKeyId is "AKIAIOSFODNN7EXAMPLE" ? new(accessKeyId, S3Secret, null, "1", "arn:x", "x") : null;
    }
}
