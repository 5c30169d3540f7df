using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.EventPatterns;
using Minato.Platform;

namespace Minato.EventBridge.Tests;

/// <summary>The pattern language, rule by rule.</summary>
public sealed class EventPatternTests
{
    [Theory]
    [InlineData("""{"a":["x"]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":["x"]}""", """{"a":"X"}""", false)]
    [InlineData("""{"a":["x","y"]}""", """{"a":"y"}""", true)] // one of the list
    [InlineData("""{"a":["x"]}""", """{"a":["w","x"]}""", true)] // one of the event's array
    [InlineData("""{"a":["x"]}""", """{"a":[["w","x"]]}""", true)] // arrays are flattened
    [InlineData("""{"a":["x"],"b":["y"]}""", """{"a":"x"}""", false)] // all keys
    [InlineData("""{"A":["x"]}""", """{"a":"x"}""", false)] // names have case
    [InlineData("""{"a":{"b":[1]}}""", """{"a":{"b":1,"c":2}}""", true)]
    [InlineData("""{"a.b":[1]}""", """{"a":{"b":1}}""", true)] // a name with dots is a path
    [InlineData("""{"a":{"b":[1]}}""", """{"a.b":1}""", true)]
    [InlineData("""{"a":[300]}""", """{"a":3.0e2}""", true)]
    [InlineData("""{"a":[300.0]}""", """{"a":300}""", true)]
    [InlineData("""{"a":[300]}""", """{"a":"300"}""", false)]
    [InlineData("""{"a":[null]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[null]}""", """{"b":1}""", false)]
    [InlineData("""{"a":[true]}""", """{"a":true}""", true)]
    [InlineData("""{"a":[true]}""", """{"a":"true"}""", false)]
    [InlineData("""{"a":[9007199254740993]}""", """{"a":9007199254740992}""", false)] // no rounding
    public void Values(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("""{"a":[{"prefix":"us-"}]}""", """{"a":"us-east-1"}""", true)]
    [InlineData("""{"a":[{"prefix":""}]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":[{"prefix":"1"}]}""", """{"a":12}""", false)]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":"US"}}]}""", """{"a":"us-east-1"}""", true)]
    [InlineData("""{"a":[{"suffix":".png"}]}""", """{"a":"x.png"}""", true)]
    [InlineData("""{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}""", """{"a":"x.png"}""", true)]
    [InlineData("""{"a":[{"equals-ignore-case":"RUNNING"}]}""", """{"a":"running"}""", true)]
    [InlineData("""{"a":[{"wildcard":"a*c*e"}]}""", """{"a":"abcde"}""", true)]
    [InlineData("""{"a":[{"wildcard":"a*c"}]}""", """{"a":"abcd"}""", false)]
    [InlineData("""{"a":[{"wildcard":"a\\*c"}]}""", """{"a":"a*c"}""", true)]
    [InlineData("""{"a":[{"wildcard":"a\\*c"}]}""", """{"a":"abc"}""", false)]
    [InlineData("""{"a":[{"wildcard":"*"}]}""", """{"a":""}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"10.0.0.255"}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.7/24"}]}""", """{"a":"10.0.1.0"}""", false)]
    [InlineData("""{"a":[{"cidr":"2001:db8::/32"}]}""", """{"a":"2001:db8:1::1"}""", true)]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""", """{"a":"ten"}""", false)]
    public void Texts(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":"y"}""", true)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"b":"y"}""", false)] // a missing field is not another value
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[{"anything-but":[1,2]}]}""", """{"a":3}""", true)]
    [InlineData("""{"a":[{"anything-but":[1,2]}]}""", """{"a":2.0}""", false)]
    [InlineData("""{"a":[{"anything-but":{"prefix":"in"}}]}""", """{"a":"init"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"prefix":["in","up"]}}]}""", """{"a":"update"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"suffix":"it"}}]}""", """{"a":"inits"}""", true)]
    [InlineData("""{"a":[{"anything-but":{"equals-ignore-case":["INIT"]}}]}""", """{"a":"init"}""", false)]
    [InlineData("""{"a":[{"anything-but":{"wildcard":"*/bin/*"}}]}""", """{"a":"/usr/bin/x"}""", false)]
    [InlineData("""{"a":[{"anything-but":"x"}]}""", """{"a":["x","y"]}""", true)]
    public void Anything_but(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("""{"a":[{"numeric":["=",100]}]}""", """{"a":1e2}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0,"<=",5]}]}""", """{"a":5}""", true)]
    [InlineData("""{"a":[{"numeric":[">",0,"<=",5]}]}""", """{"a":0}""", false)]
    [InlineData("""{"a":[{"numeric":[">=",0,"<",5]}]}""", """{"a":5}""", false)]
    [InlineData("""{"a":[{"numeric":["<",5]}]}""", """{"a":-1}""", true)]
    [InlineData("""{"a":[{"numeric":["<",5]}]}""", """{"a":"4"}""", false)] // strings of digits are no numbers
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":{}}""", false)] // an object never exists
    [InlineData("""{"a":[{"exists":true}]}""", """{"a":[]}""", false)] // nor an empty array
    [InlineData("""{"a":[{"exists":false}]}""", """{"a":[]}""", true)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"c":1}""", true)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"a":{"b":1}}""", false)]
    [InlineData("""{"a":[{"exists":false},"x"]}""", """{"a":"x"}""", true)]
    [InlineData("""{"a":[{"exists":false},"x"]}""", """{"a":"y"}""", false)]
    public void Numbers_and_presence(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("""{"d":{"$or":[{"a":["x"]},{"b":[1]}]}}""", """{"d":{"b":1}}""", true)]
    [InlineData("""{"d":{"$or":[{"a":["x"]},{"b":[1]}]}}""", """{"d":{"a":"y"}}""", false)]
    [InlineData("""{"s":["q"],"$or":[{"a":["x"]},{"b":[1]}]}""", """{"s":"p","a":"x"}""", false)] // beside others: all of them
    [InlineData("""{"$or":[{"$or":[{"a":[1]},{"a":[2]}]},{"a":[3]}]}""", """{"a":2}""", true)]
    [InlineData("""{"$or":["x"]}""", """{"$or":"x"}""", true)] // no list of objects: a name like any other
    [InlineData("""{"$or":[{"prefix":"x"},{"prefix":"y"}]}""", """{"$or":"yes"}""", true)] // match expressions are no alternatives
    [InlineData("""{"$or":[{"a":[{"exists":false}]},{"b":[1]}]}""", """{"c":1}""", true)]
    public void Alternatives(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("""{"l":{"n":["a"],"v":[1]}}""", """{"l":[{"n":"a","v":1}]}""", true)]
    [InlineData("""{"l":{"n":["a"],"v":[1]}}""", """{"l":[{"n":"a","v":2},{"n":"b","v":1}]}""", false)]
    [InlineData("""{"l":{"n":["a"],"$or":[{"v":[1]},{"w":[1]}]}}""", """{"l":[{"n":"a"},{"n":"b","w":1}]}""", false)]
    [InlineData("""{"l":{"m":{"n":["a"],"v":[1]}}}""", """{"l":[{"m":[{"n":"a","v":2}]},{"m":[{"n":"b"},{"n":"a","v":1}]}]}""", true)]
    public void Objects_in_one_element_of_an_array_match_together(string pattern, string json, bool matches) => Matches(pattern, json).ShouldBe(matches);

    [Theory]
    [InlineData("[]", "Filter is not an object")]
    [InlineData("", "Filter is not an object")]
    [InlineData("{}", "Empty objects are not allowed")]
    [InlineData("""{"a":[]}""", "Empty arrays are not allowed")]
    [InlineData("""{"detail":"x"}""", "\"detail\" must be an object or an array")]
    [InlineData("""{"a":[["x"]]}""", "Match value must be String, number, true, false, or null")]
    [InlineData("""{"a":[{"Prefix":"x"}]}""", "Unrecognized match type Prefix")]
    [InlineData("""{"a":[{"prefix":1}]}""", "prefix match pattern must be a string")]
    [InlineData("""{"a":[{"suffix":null}]}""", "suffix match pattern must be a string")]
    [InlineData("""{"a":[{"equals-ignore-case":["x"]}]}""", "equals-ignore-case match pattern must be a string")]
    [InlineData("""{"a":[{"wildcard":1}]}""", "wildcard match pattern must be a string")]
    [InlineData("""{"a":[{"wildcard":"a**b"}]}""", "Consecutive wildcard characters at pos 1")]
    [InlineData("""{"a":[{"wildcard":"a\\b"}]}""", "Invalid escape character at pos 1")]
    [InlineData("""{"a":[{"numeric":5}]}""", "Value of numeric must be an array.")]
    [InlineData("""{"a":[{"numeric":["<","5"]}]}""", "Value of < must be numeric")]
    [InlineData("""{"a":[{"numeric":[">",1,">",0]}]}""", "Bad numeric range operator: >")]
    [InlineData("""{"a":[{"numeric":[">",5,"<",5]}]}""", "Bottom must be less than top")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0"}]}""", "Malformed CIDR, one '/' required")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/x"}]}""", "Malformed CIDR, mask bits must be an integer")]
    [InlineData("""{"a":[{"cidr":"host/8"}]}""", "Nonstandard IP address: host")]
    [InlineData("""{"a":[{"anything-but":null}]}""", "Value of anything-but must be an array or single string/number value.")]
    [InlineData("""{"a":[{"anything-but":["x",null]}]}""", "Inside anything but list, start|null|boolean is not supported.")]
    [InlineData("""{"a":[{"anything-but":{"prefix":""}}]}""", "Null prefix/suffix not allowed")]
    [InlineData("""{"a":[{"anything-but":{"suffix":1}}]}""", "prefix/suffix match pattern must be a string")]
    [InlineData("""{"a":[{"anything-but":{"exists":true}}]}""", "Unsupported anything-but pattern: exists")]
    public void What_is_no_pattern_is_refused_with_a_reason(string pattern, string reason) =>
        Should.Throw<EventPatternException>(() => EventPattern.Parse(pattern)).Message.ShouldBe(reason);

    /// <summary>For many made-up events: a pattern made out of an event's own values matches it, and one value changed no longer does.</summary>
    [Fact]
    public void A_pattern_of_an_events_own_values_matches_it_and_nothing_else_does()
    {
        var chance = new Ids(7);
        for (var round = 0; round < 500; round++)
        {
            var made = Make(chance, 3);
            var pattern = PatternOf(made);
            Matches(pattern.ToJsonString(), made.ToJsonString()).ShouldBeTrue($"{pattern.ToJsonString()} against {made.ToJsonString()}");
            var other = Changed(pattern, chance);
            Matches(other.ToJsonString(), made.ToJsonString()).ShouldBeFalse($"{other.ToJsonString()} against {made.ToJsonString()}");
        }
    }

    [Fact]
    public void Bytes_that_are_no_pattern_never_do_more_than_be_refused()
    {
        var chance = new Ids(11);
        const string seed = """{"a":[{"numeric":[">",0,"<=",5]},{"anything-but":{"prefix":["x"]}}],"$or":[{"b":[{"cidr":"10.0.0.0/8"}]},{"c":[{"wildcard":"a*"}]}]}""";
        for (var round = 0; round < 5000; round++)
        {
            var text = seed.ToCharArray();
            for (var i = chance.Next(4); i >= 0; i--) text[chance.Next(text.Length)] = seed[chance.Next(seed.Length)];
            try
            {
                EventPattern.Parse(new(text));
            }
            catch (EventPatternException)
            {
                // Refused, as it should be.
            }
        }
    }

    private static JsonObject Make(Ids chance, int depth)
    {
        var made = new JsonObject();
        for (var i = chance.Next(3); i >= 0; i--)
            made[$"k{i}"] = depth > 0 && chance.Next(2) == 0 ? Make(chance, depth - 1) : chance.Next(2) == 0 ? JsonValue.Create(chance.Next(9)) : JsonValue.Create(chance.Hex(3));
        return made;
    }

    private static JsonObject PatternOf(JsonObject made) => new(made.Select(m =>
        KeyValuePair.Create(m.Key, m.Value is JsonObject inner ? (JsonNode?)PatternOf(inner) : new JsonArray(m.Value?.DeepClone()))));

    // One leaf asks for something that no made-up event has.
    private static JsonObject Changed(JsonObject pattern, Ids chance)
    {
        var copy = pattern.DeepClone().AsObject();
        var at = copy;
        while (true)
        {
            var (name, value) = at.ElementAt(chance.Next(at.Count));
            if (value is not JsonObject inner)
            {
                at[name] = new JsonArray(JsonValue.Create("no such value " + chance.Next(9).ToString(CultureInfo.InvariantCulture)));
                return copy;
            }

            at = inner;
        }
    }

    private static bool Matches(string pattern, string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return EventPattern.Parse(pattern).Matches(EventDocument.Of(parsed.RootElement));
    }
}
