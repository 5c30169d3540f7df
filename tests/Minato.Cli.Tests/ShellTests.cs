using Minato.Cli.Commands;
using Minato.Cli.Sessions;

namespace Minato.Cli.Tests;

public sealed class ShellTests
{
    // A secret that somebody chose may have anything in it, and `env` is evaluated by a shell.
    [Theory]
    [InlineData("plain", "'plain'"), InlineData("a'b", "'a'\"'\"'b'"), InlineData("$(rm) `x` \"", "'$(rm) `x` \"'"), InlineData("", "''")]
    public void What_a_shell_is_to_evaluate_is_quoted_whatever_is_in_it(string word, string quoted) => ShellWords.Quoted(word).ShouldBe(quoted);

    [Theory]
    [InlineData("/srv/minato", "/srv/minato"), InlineData("/srv/my data", "'/srv/my data'")]
    public void A_command_that_is_shown_can_be_typed_as_it_is(string folder, string shown) => ShellWords.Quote(folder).ShouldBe(shown);

    [Theory]
    [InlineData(null, null, "us-east-1"), InlineData("", "", "us-east-1"), InlineData("", "eu-west-1", "eu-west-1"), InlineData("eu-north-1", "eu-west-1", "eu-north-1")]
    public void A_region_variable_without_a_value_is_as_good_as_none(string? first, string? second, string region) => (Options.RegionOf(first, second) ?? "us-east-1").ShouldBe(region);

    [Theory]
    [InlineData("", null), InlineData("HTTP_PROXY=http://proxy:3128", "127.0.0.1"), InlineData("http_proxy=p NO_PROXY=corp.example", "corp.example,127.0.0.1")]
    [InlineData("all_proxy=p no_proxy=a,127.0.0.1", null), InlineData("HTTP_PROXY=p NO_PROXY=*", null), InlineData("HTTPS_PROXY=p", null), InlineData("HTTP_PROXY=", null)]
    public void Where_a_proxy_is_set_env_keeps_it_from_this_machine(string environment, string? expected)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        EnvCommand.NoProxy(name => variables.GetValueOrDefault(name), "127.0.0.1").ShouldBe(expected);
    }
}
