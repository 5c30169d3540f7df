namespace Minato.Aws.Tests;

public sealed class PageTokensTests
{
    private readonly PageTokens _tokens = new("a secret of the installation"u8);

    [Theory, InlineData(""), InlineData("web"), InlineData("漢/é"), InlineData("arn:aws:ecs:eu-west-1:1:service/a/b")]
    public void A_token_gives_back_its_position(string position) =>
        _tokens.Decode("ListServices", _tokens.Encode("ListServices", position)).ShouldBe(position);

    [Fact]
    public void A_token_shows_nothing_of_what_it_holds() => _tokens.Encode("ListServices", "aaaaaaaaaaaa").ShouldNotContain("YWFhYWFh");

    [Fact]
    public void The_same_position_gives_the_same_token() => _tokens.Encode("A", "x").ShouldBe(_tokens.Encode("A", "x"));

    [Fact]
    public void A_token_of_another_operation_is_refused() => _tokens.Decode("ListTasks", _tokens.Encode("ListServices", "x")).ShouldBeNull();

    [Fact]
    public void A_token_of_another_installation_is_refused() => _tokens.Decode("A", new PageTokens("other"u8).Encode("A", "x")).ShouldBeNull();

    [Fact]
    public void A_token_changed_anywhere_is_refused()
    {
        var token = _tokens.Encode("A", "position");
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            // The last sign of Base64 may hold bits that mean nothing; what comes out must then be unchanged.
            if (_tokens.Decode("A", changed) is { } decoded) (i, decoded).ShouldBe((token.Length - 1, "position"));
        }
    }

    [Theory, InlineData(""), InlineData("x"), InlineData("not base64 !"), InlineData("AAAA")]
    public void What_never_was_a_token_is_refused(string text) => _tokens.Decode("A", text).ShouldBeNull();

    [Fact]
    public void An_endless_token_is_refused() => _tokens.Decode("A", new string('A', 1_000_000)).ShouldBeNull();
}
