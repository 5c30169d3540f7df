using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Aws.Tests;

/// <summary>Condition operators, their suffix and prefixes, and policy variables.</summary>
public sealed class PolicyConditionTests
{
    [Theory]
    [InlineData("StringEquals", "web", "web", true)]
    [InlineData("StringEquals", "web*", "web1", false)] // Only Like knows wildcards.
    [InlineData("StringEquals", "Web", "web", false)]
    [InlineData("StringNotEquals", "web", "api", true)]
    [InlineData("StringEqualsIgnoreCase", "Web", "wEB", true)]
    [InlineData("StringNotEqualsIgnoreCase", "Web", "wEB", false)]
    [InlineData("StringLike", "web-?-*", "web-1-blue", true)]
    [InlineData("StringLike", "web-?", "web-12", false)]
    [InlineData("StringNotLike", "web*", "web1", false)]
    [InlineData("NumericEquals", "10", "10.0", true)]
    [InlineData("NumericNotEquals", "10", "11", true)]
    [InlineData("NumericLessThan", "10", "9", true)]
    [InlineData("NumericLessThan", "10", "10", false)]
    [InlineData("NumericLessThanEquals", "10", "10", true)]
    [InlineData("NumericGreaterThan", "10", "11", true)]
    [InlineData("NumericGreaterThanEquals", "10", "9", false)]
    [InlineData("NumericLessThan", "10", "nine", false)] // Not a number: fits nothing.
    [InlineData("DateEquals", "2026-03-01T00:00:00Z", "1772323200", true)] // Seconds since 1970 are a date too.
    [InlineData("DateLessThan", "2026-03-01T00:00:00Z", "2026-02-28T23:59:59Z", true)]
    [InlineData("DateGreaterThanEquals", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00", true)]
    [InlineData("DateLessThanEquals", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", true)]
    [InlineData("DateLessThanEquals", "2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z", false)]
    [InlineData("DateGreaterThan", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", false)]
    [InlineData("DateGreaterThan", "1772323200", "2026-03-01T00:00:01Z", true)]
    [InlineData("DateNotEquals", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", true)]
    [InlineData("Bool", "true", "TRUE", true)]
    [InlineData("Bool", "true", "false", false)]
    [InlineData("BinaryEquals", "QmluYXJ5", "QmluYXJ5", true)]
    [InlineData("BinaryEquals", "QmluYXJ5", "qmluYXJ5", false)]
    [InlineData("NumericGreaterThanEquals", "10", "10", true)]
    [InlineData("StringEqualsIfExists", "web", "api", false)] // A key that is there matters to IfExists.
    [InlineData("NumericLessThanIfExists", "10", "9", true)]
    [InlineData("IpAddressIfExists", "203.0.113.0/24", "203.0.114.1", false)]
    [InlineData("ArnNotLikeIfExists", "arn:aws:ecs:*:*:cluster/*", "arn:aws:ecs:eu-west-1:123456789012:cluster/test", false)]
    [InlineData("IpAddress", "203.0.113.0/24", "203.0.113.77", true)]
    [InlineData("IpAddress", "203.0.113.0/24", "203.0.114.1", false)]
    [InlineData("IpAddress", "203.0.113.7", "203.0.113.7", true)]
    [InlineData("IpAddress", "2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("NotIpAddress", "203.0.113.0/24", "203.0.113.77", false)]
    [InlineData("ArnEquals", "arn:aws:ecs:*:123456789012:cluster/*", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", true)] // As ArnLike.
    [InlineData("ArnLike", "arn:aws:ecs:*:cluster/prod", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", false)] // A star stays in its part.
    [InlineData("ArnNotLike", "arn:aws:ecs:*:*:cluster/prod", "arn:aws:ecs:eu-west-1:123456789012:cluster/test", true)]
    [InlineData("ArnNotEquals", "arn:aws:ecs:*:*:cluster/prod", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", false)]
    public void Operators(string name, string wanted, string given, bool holds) =>
        Holds($$"""{"{{name}}": {"k": "{{wanted}}"} }""", ("k", [given])).ShouldBe(holds);

    [Theory]
    [InlineData("StringEquals", false)] // A missing key fails what must be so,
    [InlineData("StringNotEquals", true)] // satisfies what must not be so,
    [InlineData("NotIpAddress", true)]
    [InlineData("StringEqualsIfExists", true)] // and does not matter to IfExists.
    [InlineData("ForAllValues:StringEquals", true)]
    [InlineData("ForAnyValue:StringEquals", false)]
    [InlineData("ForAllValues:StringNotEquals", true)]
    [InlineData("ForAnyValue:StringNotEquals", false)]
    public void A_missing_key(string name, bool holds) => Holds($$"""{"{{name}}": {"k": "10.0.0.1"} }""").ShouldBe(holds);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Null_asks_whether_a_key_is_missing(string wanted, bool holdsWhenMissing)
    {
        Holds($$"""{"Null": {"k": "{{wanted}}"} }""").ShouldBe(holdsWhenMissing);
        Holds($$"""{"Null": {"k": {{wanted}} } }""", ("k", ["v"])).ShouldBe(!holdsWhenMissing);
    }

    [Theory]
    [InlineData("ForAllValues:StringEquals", "a", true)]
    [InlineData("ForAllValues:StringEquals", "a,c", false)]
    [InlineData("ForAnyValue:StringEquals", "a,c", true)]
    [InlineData("ForAnyValue:StringEquals", "c,d", false)]
    [InlineData("ForAllValues:StringNotEquals", "c,d", true)]
    [InlineData("ForAllValues:StringNotEquals", "a,c", false)]
    [InlineData("ForAnyValue:StringNotEquals", "a,c", true)]
    public void Set_operators_compare_each_value_of_the_request(string name, string given, bool holds) =>
        Holds($$"""{"{{name}}": {"k": ["a", "b"]} }""", ("k", [.. given.Split(',')])).ShouldBe(holds);

    [Fact]
    public void Operators_and_keys_are_joined_by_and_values_by_or()
    {
        Holds("""{"StringEquals":{"k":["a","b"]}}""", ("k", ["b"])).ShouldBeTrue();
        Holds("""{"StringNotEquals":{"k":["a","b"]}}""", ("k", ["b"])).ShouldBeFalse();
        Holds("""{"StringEquals":{"k":"a","l":"b"}}""", ("k", ["a"]), ("l", ["x"])).ShouldBeFalse();
        Holds("""{"StringEquals":{"k":"a"},"Bool":{"l":"true"}}""", ("k", ["a"]), ("l", ["true"])).ShouldBeTrue();
        Holds("""{"StringEquals":{"k":"a"},"Bool":{"l":"true"}}""", ("k", ["a"]), ("l", ["false"])).ShouldBeFalse();
    }

    [Fact]
    public void Names_of_keys_have_no_case() => Holds("""{"StringEquals":{"AWS:UserName":"ann"}}""", ("aws:username", ["ann"])).ShouldBeTrue();

    [Theory]
    [InlineData("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/ann/notes", true)]
    [InlineData("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/bob/notes", false)]
    [InlineData("arn:aws:s3:::home/${aws:none}/*", "arn:aws:s3:::home//notes", false)] // Without a value it matches nothing,
    [InlineData("arn:aws:s3:::home/${aws:none, 'all'}/*", "arn:aws:s3:::home/all/notes", true)] // unless it has another.
    [InlineData("arn:aws:s3:::home/${*}", "arn:aws:s3:::home/*", true)]
    [InlineData("arn:aws:s3:::home/${*}", "arn:aws:s3:::home/x", false)]
    [InlineData("arn:aws:s3:::home/${star}", "arn:aws:s3:::home/anything", false)] // What a variable stands for is no wildcard.
    public void Policy_variables(string resource, string asked, bool allowed) =>
        Allows("2012-10-17", $$"""{"Effect":"Allow","Action":"*","Resource":"{{resource}}"}""", asked, ("aws:username", ["ann"]), ("star", ["*"])).ShouldBe(allowed);

    [Fact]
    public void Variables_are_known_from_version_2012_on() =>
        Allows("2008-10-17", """{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}""", "arn:aws:s3:::ann", ("aws:username", ["ann"])).ShouldBeFalse();

    [Fact]
    public void A_pattern_of_many_stars_takes_no_long_time()
    {
        var pattern = Pattern.Parse(string.Concat(Enumerable.Repeat("a*", 60)) + "b", hasVariables: false);
        pattern.Matches(new string('a', 4000), Context("*")).ShouldBeFalse();
    }

    private static bool Holds(string conditions, params (string Name, ImmutableArray<string> Values)[] keys) =>
        Allows("2012-10-17", $$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{conditions}}}""", "*", keys);

    private static bool Allows(string version, string statement, string resource, params (string Name, ImmutableArray<string> Values)[] keys)
    {
        var document = PolicyParser.Parse($$"""{"Version":"{{version}}","Statement":{{statement}}}""", PolicyKind.Identity);
        return document.Find(allows: true, Context(resource, keys)) is not null;
    }

    private static AuthorizationContext Context(string resource, params (string Name, ImmutableArray<string> Values)[] keys) => new()
    {
        Principal = new("123456789012", "arn:aws:iam::123456789012:user/ann"), Action = "s3:GetObject", Resource = resource, Keys = AuthorizationContext.KeysOf(keys),
    };
}
