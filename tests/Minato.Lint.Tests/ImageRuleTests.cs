using System.Collections.Immutable;
using Minato.Lint.Images;
using Minato.Lint.Output;
using Minato.Lint.Rules;
using Minato.Lint.TaskDefinitions;

namespace Minato.Lint.Tests;

public sealed class ImageRuleTests
{
    private static readonly ImageSubject s_sound = new() { Name = "a:1", User = "1000", HasHealthCheck = true, Files = ImmutableArray<ImageFile>.Empty, IsContentTrusted = true };

    [Fact]
    public void A_sound_image_passes() => ImageRules.Check(s_sound).ShouldBeEmpty();

    [Theory]
    [InlineData("CIS-DI-0001", "", true)]
    [InlineData("CIS-DI-0001", "root", true)]
    [InlineData("CIS-DI-0001", "0", false)] // Dockle looks for these two alone.
    [InlineData("CIS-DI-0001", "app", false)]
    public void The_user(string code, string user, bool isFound) => Codes(s_sound with { User = user }).Contains(code).ShouldBe(isFound);

    [Theory]
    [InlineData("CIS-DI-0007", "/bin/sh -c apt-get update", "/bin/sh -c apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*")]
    [InlineData("DKL-DI-0001", "RUN /bin/sh -c sudo x # buildkit", "RUN /bin/sh -c x # buildkit")]
    [InlineData("DKL-DI-0003", "/bin/sh -c apt-get dist-upgrade -y", "/bin/sh -c apt-get upgrade -y")]
    [InlineData("DKL-DI-0004", "/bin/sh -c apk add curl", "/bin/sh -c apk add --no-cache curl")]
    [InlineData("DKL-DI-0005", "/bin/sh -c apt-get install -y x", "/bin/sh -c apt-get install -y x && rm -rf /var/lib/apt/lists/*")]
    [InlineData("DKL-DI-0005", "/bin/sh -c rm -rf /var/lib/apt/lists/* && apt-get update", "/bin/sh -c #(nop)  CMD [\"bash\"]")]
    public void The_history(string code, string fault, string sound)
    {
        Codes(s_sound with { History = [fault] }).ShouldContain(code);
        Codes(s_sound with { History = [sound] }).ShouldNotContain(code);
    }

    [Fact]
    public void The_oldest_ADD_is_the_base_image()
    {
        const string add = "/bin/sh -c #(nop) ADD file:abc in / ";
        Codes(s_sound with { History = [add] }).ShouldBeEmpty();
        Codes(s_sound with { History = [add, "ADD app /app # buildkit"] }).ShouldBe(["CIS-DI-0009"]);
    }

    [Theory]
    [InlineData("DB_PASSWORD=x", true)]
    [InlineData("DB_PASSWORD=", false)]
    [InlineData("GPG_KEY=x", false)]
    [InlineData("PATH=/bin", false)]
    public void Credentials_in_variables(string variable, bool isFound) => Codes(s_sound with { Environment = [variable] }).Contains("CIS-DI-0010").ShouldBe(isFound);

    [Theory]
    [InlineData("app/.env", 0x1A4, "CIS-DI-0010")]
    [InlineData("app/node_modules/x/.env", 0x1A4, null)]
    [InlineData("usr/bin/su", 0x9ED, "CIS-DI-0008")]
    [InlineData("usr/bin/wall", 0x5ED, "CIS-DI-0008")]
    [InlineData("app/Dockerfile", 0x1A4, "DKL-LI-0003")]
    public void Files(string path, int mode, string? code) =>
        Codes(s_sound with { Files = [new(path, mode, false, null)] }).ShouldBe(code is null ? [] : [code]);

    [Theory]
    [InlineData("etc/shadow", "root:*:1::\nguest::1::", "DKL-LI-0001")]
    [InlineData("etc/passwd", "root:x:0:0::\ntoor:x:0:0::", "DKL-LI-0002")]
    [InlineData("etc/group", "a:x:5:\nb:x:5:", "DKL-LI-0002")]
    [InlineData("etc/passwd", "root:x:0:0::\na:x:1:0::", null)]
    public void Accounts(string path, string text, string? code) => Codes(s_sound with { Files = [new(path, 0x1A4, false, text)] }).ShouldBe(code is null ? [] : [code]);

    [Theory]
    [InlineData("/sys", true)]
    [InlineData("/proc/", true)]
    [InlineData("/data", false)]
    public void Volumes(string volume, bool isFound) => Codes(s_sound with { Volumes = [volume] }).Contains("DKL-DI-0002").ShouldBe(isFound);

    [Fact]
    public void The_rest()
    {
        Codes(s_sound with { HasHealthCheck = false }).ShouldBe(["CIS-DI-0006"]);
        Codes(s_sound with { IsContentTrusted = false }).ShouldBe(["CIS-DI-0005"]);
        Codes(s_sound with { Name = "host:5000/a:latest" }).ShouldBe(["DKL-DI-0006"]);
        Codes(s_sound with { Size = 2L << 30 }).ShouldBe(["MIN3002"]);
        Codes(s_sound with { Secrets = ["a private key in etc/x"] }).ShouldBe(["MIN3001"]);
    }

    [Fact]
    public void A_careless_task_definition_is_told_everything()
    {
        const string careless = """
            {"family":"a","networkMode":"host","pidMode":"host","volumes":[{"name":"d","host":{"sourcePath":"/var/run/docker.sock"}}],
             "containerDefinitions":[{"name":"web","image":"nginx","privileged":true,"environment":[{"name":"DB_PASSWORD","value":"x"}],
              "linuxParameters":{"capabilities":{"add":["SYS_ADMIN"]}},"dependsOn":[{"containerName":"db","condition":"START"}]},
             {"name":"db","image":"postgres:16","healthCheck":{"command":["CMD","x"]}}]}
            """;
        var codes = TaskDefinitionRules.Check(careless, "t").Select(f => f.Rule.Code).Distinct().Order().ToList();
        codes.ShouldBe(RuleBook.All.Select(r => r.Code).Where(c => c.StartsWith("MIN20", StringComparison.Ordinal) && c != "MIN2000").Order());
    }

    [Fact]
    public void A_careful_task_definition_passes()
    {
        const string careful = """
            {"taskDefinition":{"family":"a","cpu":"256","memory":"512","networkMode":"awsvpc","taskRoleArn":"arn:aws:iam::1:role/a","containerDefinitions":[{"name":"web","image":"nginx:1.27","user":"101",
             "readonlyRootFilesystem":true,"healthCheck":{"command":["CMD","x"]},"stopTimeout":60,"logConfiguration":{"logDriver":"awslogs"},"linuxParameters":{"initProcessEnabled":true},
             "secrets":[{"name":"DB_PASSWORD","valueFrom":"arn:aws:secretsmanager:x"}],"environment":[{"name":"DB_PASSWORD_FILE","value":"/run/x"}]}]}}
            """;
        TaskDefinitionRules.Check(careful, "t").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"containerDefinitions\":[]}")]
    public void What_is_no_task_definition_is_said(string json) => TaskDefinitionRules.Check(json, "t").ShouldHaveSingleItem().Rule.Code.ShouldBe("MIN2000");

    [Fact]
    public void Sarif_names_rules_once_and_places_by_line()
    {
        var findings = DockerfileRules.Check("FROM a\nWORKDIR x\nWORKDIR y\n", "sub dir/Dockerfile", DockerfileSurroundings.Unknown);
        var run = Sarif.Write(findings, "1.0")["runs"]!.AsArray()[0]!;
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray().Select(r => (string?)r!["id"]).ToList();
        rules.ShouldBe(rules.Distinct().Order());
        var results = run["results"]!.AsArray();
        results.Count.ShouldBe(findings.Count);
        var workdir = results.First(r => (string?)r!["ruleId"] == "DL3000")!;
        rules[(int)workdir["ruleIndex"]!].ShouldBe("DL3000");
        var place = workdir["locations"]![0]!["physicalLocation"]!;
        ((string?)place["artifactLocation"]!["uri"]).ShouldBe("sub%20dir/Dockerfile");
        ((int)place["region"]!["startLine"]!).ShouldBe(2);
        ((string?)workdir["level"]).ShouldBe("error");
    }

    [Fact]
    public void The_ignore_file_takes_codes_back_everywhere_or_in_a_file()
    {
        var ignore = IgnoreFile.Parse("# ours\nDL3006\nDL3000  legacy/Dockerfile  # old\n");
        LintFinding Finding(string code, string file) => new(RuleBook.Of(code), file, 1, "");
        ignore.Ignores(Finding("DL3006", "x")).ShouldBeTrue();
        ignore.Ignores(Finding("DL3000", "a/legacy/Dockerfile")).ShouldBeTrue();
        ignore.Ignores(Finding("DL3000", "Dockerfile")).ShouldBeFalse();
        ignore.Ignores(Finding("DL3002", "x")).ShouldBeFalse();
    }

    private static List<string> Codes(ImageSubject image) => [.. ImageRules.Check(image).Select(f => f.Rule.Code)];
}
