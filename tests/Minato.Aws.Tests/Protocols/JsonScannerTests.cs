using System.Text;
using System.Text.Json;
using Minato.Aws.Protocols;

namespace Minato.Aws.Tests.Protocols;

public sealed class JsonScannerTests
{
    [Theory]
    [InlineData("{}"), InlineData(" [ 1 , -0.5e+3 , true , false , null , \"a\\u0041\\n\" , {\"a\":{}} ] ")]
    [InlineData("[1 2]"), InlineData("{\"a\" 1}"), InlineData("{a:1}"), InlineData("[01]"), InlineData("[1.]"), InlineData("[.5]"), InlineData("[+1]"), InlineData("[1e]")]
    [InlineData("\"\\x\""), InlineData("\"\\u12\""), InlineData("\"a"), InlineData("tru"), InlineData("[,]"), InlineData("{\"a\":1,}"), InlineData("[1]]"), InlineData("")]
    public void The_grammar_is_the_standards(string json) => Accepts(Encoding.UTF8.GetBytes(json)).ShouldBe(Reference(Encoding.UTF8.GetBytes(json)), json);

    [Fact]
    public void Mutated_documents_are_judged_as_the_runtimes_parser_judges_them()
    {
        const string Alphabet = "{}[]\",:\\u0019truefalsn -+.eE/\n\t";
        var random = new Random(1);
        for (var i = 0; i < 30_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes("""{"a":[1,-2.5e3,true,false,null,"x\u00e9\n\"é"],"b":{"c":{},"d":[[]]},"e":""}""");
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)Alphabet[random.Next(Alphabet.Length)];
            // The runtime looks at surrogates and bytes of strings only when they are taken out.
            var text = Encoding.UTF8.GetString(bytes);
            if (text.Contains('\uFFFD') || text.Contains("\\ud", StringComparison.OrdinalIgnoreCase)) continue;
            Accepts(bytes).ShouldBe(Reference(bytes), text);
        }
    }

    [Theory, InlineData("\"\\ud800\""), InlineData("\"\\ud800x\""), InlineData("\"\\udc00\\ud800\"")]
    public void Half_a_surrogate_pair_is_malformed(string json) => Accepts(Encoding.UTF8.GetBytes(json)).ShouldBeFalse();

    [Fact]
    public void Bytes_that_are_not_UTF8_are_malformed() => Accepts([(byte)'"', 0xC3, 0x28, (byte)'"']).ShouldBeFalse();

    [Fact]
    public void Escapes_are_read() =>
        new JsonScanner(Encoding.UTF8.GetBytes("""  "a\"\\\/\b\f\n\r\t\u00e9\u6f22\ud83d\ude00é" """)).ReadString("String").ShouldBe("a\"\\/\b\f\n\r\té漢😀é");

    [Theory]
    [InlineData("9223372036854775807", 9223372036854775807), InlineData("-9223372036854775808", -9223372036854775808), InlineData("3.0", 3), InlineData("3e2", 300), InlineData("-0", 0)]
    public void Integers_are_exact(string json, long expected) => new JsonScanner(Encoding.UTF8.GetBytes(json)).ReadInteger("Long").ShouldBe(expected);

    [Theory, InlineData("9223372036854775808"), InlineData("1e400"), InlineData("1.5"), InlineData("\"1\""), InlineData("true")]
    public void What_is_no_integer_is_refused(string json) => Should.Throw<MalformedException>(() => new JsonScanner(Encoding.UTF8.GetBytes(json)).ReadInteger("Long"));

    private static bool Accepts(byte[] json)
    {
        try
        {
            var scanner = new JsonScanner(json);
            scanner.Skip();
            return scanner.AtEnd;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static bool Reference(byte[] json)
    {
        try
        {
            JsonDocument.Parse(json).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
