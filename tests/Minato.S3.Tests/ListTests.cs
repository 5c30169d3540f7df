using System.Text;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Tests;

public sealed class ListTests
{
    private static readonly string[] Keys = ["a", "a/1", "a/2", "a/b/3", "b", "c/", "c/x", "d", "\uFFFD", "\U0001F600"];

    [Theory, InlineData("\uFFFD", "\U0001F600"), InlineData("a", "a/"), InlineData("é", "漢"), InlineData("Z", "a"), InlineData("a-", "a/"), InlineData("\uE000", "\U00010000")]
    public void Keys_are_in_the_order_of_their_bytes(string first, string second)
    {
        KeyOrder.Compare(first, second).ShouldBeLessThan(0);
        Encoding.UTF8.GetBytes(first).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(second)).ShouldBeLessThan(0);
        KeyOrder.Compare(KeyOrder.EndOf(first), first + "\U0010FFFF").ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("", "", "a,a/1,a/2,a/b/3,b,c/,c/x,d,\uFFFD,\U0001F600", "")]
    [InlineData("", "/", "a,b,d,\uFFFD,\U0001F600", "a/,c/")]
    [InlineData("a/", "/", "a/1,a/2", "a/b/")]
    [InlineData("c/", "/", "c/,c/x", "")]
    [InlineData("a", "", "a,a/1,a/2,a/b/3", "")]
    [InlineData("none", "/", "", "")]
    public void Keys_below_a_delimiter_become_one_prefix(string prefix, string delimiter, string items, string prefixes)
    {
        for (var most = 1; most < 12; most++)
        {
            var (keys, common, after) = (new List<string>(), new List<string>(), "");
            for (var turn = 0; turn < 20; turn++)
            {
                var page = Page(prefix, delimiter, after, most);
                (page.Items.Length + page.CommonPrefixes.Length).ShouldBeLessThanOrEqualTo(most);
                keys.AddRange(page.Items);
                common.AddRange(page.CommonPrefixes);
                if (page.Last is null) break;
                after = page.Last.Key;
            }
            (string.Join(',', keys), string.Join(',', common)).ShouldBe((items, prefixes), $"{most} a page");
        }
    }

    [Fact]
    public void Thousands_below_one_prefix_are_passed_over_in_one_step()
    {
        var looked = 0;
        var keys = Enumerable.Range(0, 5000).Select(i => $"p/{i:D4}").Append("q").ToList();
        Listing.Page(From(keys, () => looked++), k => k, "", "/", "", 10).Items.ShouldBe(["q"]);
        looked.ShouldBeLessThan(5);
    }

    [Fact]
    public void A_page_of_none_is_the_last() => Page("", "", "", 0).Last.ShouldBeNull();

    [Fact]
    public void Tokens_of_another_operation_are_refused() => S3World.WithBucket(async s3 =>
    {
        foreach (var key in new[] { "a", "b" }) await s3.PutAsync(key, "1");
        var page = await s3.S3.ListObjectsV2Async(new() { Bucket = "things", MaxKeys = 1, FetchOwner = true }, s3.Caller, default);
        (page.KeyCount, page.IsTruncated, page.Contents?[0].Owner?.ID?.Length).ShouldBe((1, true, 64));
        (await s3.S3.ListObjectsV2Async(new() { Bucket = "things", ContinuationToken = page.NextContinuationToken }, s3.Caller, default)).Contents?[0].Key.ShouldBe("b");
        (await s3.CodeAsync(() => s3.S3.ListObjectsV2Async(new() { Bucket = "things", ContinuationToken = "x" }, s3.Caller, default))).ShouldBe("InvalidArgument");
        (await s3.CodeAsync(() => s3.S3.ListBucketsAsync(new() { ContinuationToken = page.NextContinuationToken }, s3.Caller, default))).ShouldBe("InvalidArgument");
    });

    [Fact]
    public void The_older_list_goes_on_from_its_marker_and_names_the_next_only_with_a_delimiter() => S3World.WithBucket(async s3 =>
    {
        foreach (var key in new[] { "a/1", "a/2", "b c" }) await s3.PutAsync(key, "1");
        var plain = await s3.S3.ListObjectsAsync(new() { Bucket = "things", MaxKeys = 1 }, s3.Caller, default);
        (plain.IsTruncated, plain.NextMarker).ShouldBe((true, null));
        var first = await s3.S3.ListObjectsAsync(new() { Bucket = "things", MaxKeys = 1, Delimiter = "/" }, s3.Caller, default);
        first.NextMarker.ShouldBe("a/");
        var rest = await s3.S3.ListObjectsAsync(new() { Bucket = "things", Delimiter = "/", Marker = first.NextMarker, EncodingType = EncodingType.Url }, s3.Caller, default);
        rest.Contents.ShouldNotBeNull().ShouldHaveSingleItem().Key.ShouldBe("b%20c");
        rest.CommonPrefixes.ShouldBeNull();
    });

    private static ListPage<string> Page(string prefix, string delimiter, string after, int most) => Listing.Page(From(Keys, () => { }), k => k, prefix, delimiter, after, most);

    private static Func<string, ListStart, IEnumerable<string>> From(IEnumerable<string> keys, Action look)
    {
        var sorted = keys.ToList();
        sorted.Sort(KeyOrder.Compare);
        return (key, start) => sorted.SkipWhile(k => start switch
        {
            ListStart.At => KeyOrder.Compare(k, key) < 0,
            ListStart.Behind => KeyOrder.Compare(k, key) <= 0,
            _ => KeyOrder.Compare(k, KeyOrder.EndOf(key)) < 0,
        }).Select(k =>
        {
            look();
            return k;
        });
    }
}
