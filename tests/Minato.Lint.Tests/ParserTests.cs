using FsCheck;
using FsCheck.Fluent;
using Minato.Lint.Dockerfiles;
using Minato.Lint.Rules;
using Minato.Lint.Shell;

namespace Minato.Lint.Tests;

public sealed class ParserTests
{
    [Fact]
    public void Lines_go_on_through_comments_and_empty_lines()
    {
        var run = DockerfileParser.Parse("FROM a:1\nRUN one && \\\n  # a comment\n\n  two\nUSER x\n").Instructions;
        run.Select(i => (i.Keyword, i.Line)).ShouldBe([("FROM", 1), ("RUN", 2), ("USER", 6)]);
        ShellReader.Read(run[1].Script).Select(c => c.Name).ShouldBe(["one", "two"]);
    }

    [Fact]
    public void The_escape_directive_changes_what_continues_a_line()
    {
        var file = DockerfileParser.Parse("# escape=`\nFROM a:1\nRUN dir C:\\\nRUN one `\n two\n");
        file.Instructions.Select(i => i.Text).ShouldBe(["a:1", "dir C:\\", "one  two"]);
    }

    [Fact]
    public void A_directive_after_the_first_comment_is_a_comment() =>
        DockerfileParser.Parse("# a comment\n# escape=`\nFROM a:1\nRUN one \\\n two\n").Instructions.Length.ShouldBe(2);

    [Fact]
    public void Here_documents_belong_to_their_instruction()
    {
        var file = DockerfileParser.Parse("FROM a:1\nRUN <<EOF\napt-get update\nFROM nothing\nEOF\nCOPY <<-'A' <<B /x/\n\tone\n\tA\ntwo\nB\nUSER me\n");
        file.Errors.ShouldBeEmpty();
        file.Instructions.Select(i => i.Keyword).ShouldBe(["FROM", "RUN", "COPY", "USER"]);
        file.Instructions[1].Script.ShouldBe("apt-get update\nFROM nothing\n");
        file.Instructions[2].Documents.Select(d => (d.Word, d.Text, d.IsLiteral)).ShouldBe([("A", "one\n", true), ("B", "two\n", false)]);
    }

    [Theory]
    [InlineData("RUN echo \"<<EOF\"")]
    [InlineData("RUN cat <<<EOF")]
    [InlineData("RUN echo \\<<EOF")]
    public void What_only_looks_like_a_here_document_is_none(string line) => DockerfileParser.Parse($"FROM a:1\n{line}\nUSER me\n").Instructions.Length.ShouldBe(3);

    [Fact]
    public void A_here_document_without_an_end_is_an_error() => DockerfileParser.Parse("FROM a:1\nRUN <<EOF\nx\n").Errors.ShouldHaveSingleItem().Words.ShouldContain("does not end");

    [Fact]
    public void Stages_have_bases_names_and_arguments()
    {
        var file = DockerfileParser.Parse("ARG V=3.19\nARG I=alpine:${V}\nFROM ${I} AS build\nRUN x\nFROM build\nFROM ${UNSET:-scratch}\nCOPY --from=build --chown=1:2 /a /b\n");
        file.Stages.Select(s => (s.Image, s.Name)).ShouldBe([("alpine:3.19", "build"), ("build", null), ("scratch", null)]);
        file.RootImage(file.Stages[1]).ShouldBe("alpine:3.19");
        file.Stages[2].Instructions[0].Flags.Select(f => (f.Name, f.Value)).ShouldBe([("from", "build"), ("chown", "1:2")]);
    }

    [Theory]
    [InlineData("CMD [\"a\", \"b\"]", new[] { "a", "b" })]
    [InlineData("CMD [ \"a\" ]", new[] { "a" })]
    [InlineData("CMD a b", null)]
    [InlineData("CMD ['a']", null)] // Single quotes are no JSON: Docker takes it for a shell's.
    [InlineData("CMD [1]", null)]
    public void Exec_form_is_JSON(string line, string[]? words) => DockerfileParser.Parse("FROM a:1\n" + line).Instructions[1].Json?.ToArray().ShouldBe(words);

    [Theory]
    [InlineData("$A-x", "1-x")]
    [InlineData("${A}", "1")]
    [InlineData("${B:-$A}", "1")]
    [InlineData("${E:-d}", "d")]
    [InlineData("${E-d}", "")]
    [InlineData("${A:+y}", "y")]
    [InlineData("${B:+y}", "")]
    [InlineData("\\$A", "$A")]
    [InlineData("$B", "$B")]
    [InlineData("${A", "${A")]
    public void Variables_are_filled_in(string text, string expected) =>
        Expansion.Expand(text, new Dictionary<string, string> { ["A"] = "1", ["E"] = "" }).ShouldBe(expected);

    [Theory]
    [InlineData("a && b || c; d | e & f", new[] { "a", "b", "c", "d", "e", "f" })]
    [InlineData("X=1 Y=2 cmd arg", new[] { "cmd" })]
    [InlineData("echo 'a && b' \"c; d\"", new[] { "echo" })]
    [InlineData("a > out 2>&1 && b < in", new[] { "a", "b" })]
    [InlineData("if a; then b; fi", new[] { "a", "b", "fi" })]
    [InlineData("(cd x && make)", new[] { "cd", "make" })]
    [InlineData("a $(b c) d", new[] { "a" })]
    [InlineData("a # b && c\nd", new[] { "a", "d" })]
    public void A_shell_line_is_commands(string script, string[] names) => ShellReader.Read(script).Select(c => c.Name).ShouldBe(names);

    /// <summary>Whatever it is given, the parser ends, within its bounds, and the rules over what it read do too.</summary>
    [Fact]
    public void No_text_breaks_the_parser()
    {
        var piece = Gen.Elements(
            "FROM ", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "ONBUILD ", "CMD ", "SHELL ", "HEALTHCHECK ", "USER ", "EXPOSE ", "--from=", "--mount=type=cache,target=", "<<EOF", "EOF", "<<", "\n", "\n", "\n", "\\\n", "\\",
            "[\"a\"]", "[", "]", "\"", "'", "$", "${", "}", ":-", "#", "# escape=`\n", "`", "apt-get install -y x", "&&", "|", ";", "(", ")", ">", "2>&1", "<", "a", "=", " ", "\t", "\r", "\0", "é", "\uFEFF", "pip install", "AS b", "scratch", "/", "..");
        Prop.ForAll(Gen.ArrayOf(piece).Select(string.Concat).ToArbitrary(), text =>
        {
            DockerfileRules.Check(text, "Dockerfile", DockerfileSurroundings.Unknown);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Fact]
    public void A_long_file_is_refused() => DockerfileParser.Parse(new string('a', DockerfileParser.MaxLength + 1)).Errors.ShouldHaveSingleItem();
}
