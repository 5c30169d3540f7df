using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Ec2.Planning;
using Minato.Engines.Documents;
using Minato.Engines.Yaml;

namespace Minato.Ec2.Tests;

/// <summary>What an instance is told to do at its first boot: read as cloud-init reads it, and done by a real shell.</summary>
public sealed class UserDataTests
{
    private static readonly UserData s_reader = new(new ServiceCollection().AddYaml().BuildServiceProvider().GetRequiredService<IYamlReader>());

    private static ImmutableArray<BootPart> Read(string text) => s_reader.Read(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_script_is_run_and_what_is_no_user_data_is_named()
    {
        Read("#!/bin/sh\necho hi\n").ShouldHaveSingleItem().ShouldBeOfType<BootPart.Script>();
        Read("").ShouldBeEmpty();
        Read("just words").ShouldHaveSingleItem().ShouldBe(new BootPart.Unknown("user data of type text/x-not-multipart"));
    }

    [Fact]
    public void Cloud_config_writes_files_and_runs_commands()
    {
        var parts = Read("""
            #cloud-config
            packages: [nginx]
            write_files:
              - path: /etc/app.conf
                content: |
                  port=80
                permissions: '0600'
                owner: root:root
              - path: /etc/more
                encoding: b64
                content: aGk=
                append: true
            bootcmd:
              - echo early
            runcmd:
              - echo one && echo two
              - [sh, -c, "echo 'three'"]
            """);
        parts.OfType<BootPart.Unknown>().ShouldHaveSingleItem().What.ShouldBe("cloud-config's packages");
        parts.OfType<BootPart.Early>().Single().Lines.ShouldBe(["echo early"]);
        parts.OfType<BootPart.Late>().Single().Lines.ShouldBe(["echo one && echo two", @"'sh' '-c' 'echo '\''three'\'''"]);
        var files = parts.OfType<BootPart.WriteFile>().ToList();
        (files[0].Path, files[0].Permissions, files[0].Owner, files[0].IsAppended).ShouldBe(("/etc/app.conf", "0600", "root:root", false));
        (Encoding.UTF8.GetString(files[1].Content.Span), files[1].IsAppended).ShouldBe(("hi", true));
    }

    [Fact]
    public void Several_parts_come_in_a_MIME_archive_and_any_of_it_may_be_compressed()
    {
        var script = Convert.ToBase64String("#!/bin/sh\necho packed\n"u8);
        var archive = $"""
            Content-Type: multipart/mixed; boundary="==B=="
            MIME-Version: 1.0

            --==B==
            Content-Type: text/cloud-config; charset="us-ascii"

            runcmd:
              - echo late
            --==B==
            Content-Type: text/x-shellscript; charset="us-ascii"
            Content-Transfer-Encoding: base64

            {script}
            --==B==--
            """;
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) zip.Write(Encoding.UTF8.GetBytes(archive));
        foreach (var parts in new[] { Read(archive), s_reader.Read(packed.ToArray()) })
        {
            parts.OfType<BootPart.Late>().Single().Lines.ShouldBe(["echo late"]);
            Encoding.UTF8.GetString(parts.OfType<BootPart.Script>().Single().Content.Span).ShouldContain("echo packed");
        }
    }

    [Fact]
    public void What_would_grow_or_nest_without_bound_is_refused()
    {
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) zip.Write(new byte[1 << 24]);
        s_reader.Read(packed.ToArray()).ShouldHaveSingleItem().ShouldBeOfType<BootPart.Unknown>();
        Read("#cloud-config\nruncmd: " + new string('[', 5000)).ShouldHaveSingleItem().ShouldBeOfType<BootPart.Unknown>();
        Read("#cloud-config\nbootcmd: &a [x]\nruncmd: *a\n").ShouldHaveSingleItem().ShouldBeOfType<BootPart.Unknown>().What.ShouldContain("aliases");
        BootScript.Compile("i-1", [new BootPart.Script(new byte[64 * 1024])]).Length.ShouldBeLessThan(120 * 1024);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Any_bytes_at_all_have_an_answer(ulong seed)
    {
        var chance = new Random((int)seed);
        string[] starts = ["#!", "#cloud-config\n", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "\u001f\u008b", "#cloud-config\nwrite_files:\n- {path: /a, encoding: gz+b64, content: "];
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[chance.Next(200)];
            chance.NextBytes(bytes);
            BootScript.Compile("i-1", s_reader.Read((byte[])[.. Encoding.Latin1.GetBytes(starts[i % starts.Length]), .. bytes])).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task A_shell_does_it_once_in_the_life_of_an_instance_and_every_byte_arrives()
    {
        var home = Directory.CreateTempSubdirectory("minato-user-data-").FullName;
        try
        {
            var odd = Enumerable.Range(1, 255).Select(b => (byte)b).ToArray();
            ImmutableArray<BootPart> parts =
            [
                new BootPart.Late([$"echo late >> {home}/order"]),
                new BootPart.Script(Encoding.UTF8.GetBytes($"#!/bin/sh\necho script '100%' \"it's\" >> {home}/order\necho said\nexit 3\n")),
                new BootPart.WriteFile($"{home}/deep/file", odd) { Permissions = "0640" },
                new BootPart.Early([$"echo early >> {home}/order"]),
                new BootPart.Unknown("cloud-config's packages"),
            ];
            await RunAsync(home, "i-1", parts);
            await RunAsync(home, "i-1", parts);
            (await File.ReadAllLinesAsync($"{home}/order")).ShouldBe(["early", "script 100% it's", "late"]);
            (await File.ReadAllBytesAsync($"{home}/deep/file")).ShouldBe(odd);
            var console = await File.ReadAllTextAsync($"{home}/console");
            console.ShouldContain("said\n");
            console.ShouldContain("cloud-init: part-001 ended with code 3");
            console.ShouldContain("cloud-init: cloud-config's packages is not served here");
            await RunAsync(home, "i-2", parts); // Made of an image of the first.
            (await File.ReadAllLinesAsync($"{home}/order")).Length.ShouldBe(6);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void Cloud_config_names_keys_that_let_in() =>
        Read("#cloud-config\nssh_authorized_keys:\n- ssh-rsa AAAA one\n- ssh-rsa BBBB two\n").ShouldBe([new BootPart.LoginKey("ssh-rsa AAAA one"), new BootPart.LoginKey("ssh-rsa BBBB two")]);

    [Theory]
    [InlineData("root:x:0:0:root:{home}/root:/bin/sh\nuser:x:1000:1000::{home}/user:/bin/sh\nother:x:1001:1001::{home}/other:/bin/sh\n", "user")]
    [InlineData("root:x:0:0:root:{home}/root:/bin/sh\nuser:x:1000:1000::{home}/nowhere:/bin/sh\n", "root")]
    [InlineData("", "root")]
    public async Task A_key_lets_in_the_first_user_or_root_and_leaves_those_that_are_there(string accounts, string owner)
    {
        var home = Directory.CreateTempSubdirectory("minato-user-data-").FullName;
        try
        {
            foreach (var folder in new[] { "root", "user/.ssh", "root/.ssh" }) Directory.CreateDirectory($"{home}/{folder}");
            await File.WriteAllTextAsync($"{home}/passwd", accounts.Replace("{home}", home));
            await File.WriteAllTextAsync($"{home}/{owner}/.ssh/authorized_keys", "ssh-rsa OLD"); // Its line does not end.
            await RunAsync(home, "i-1", [new BootPart.LoginKey("ssh-rsa AAAA it's mine")]);
            await RunAsync(home, "i-1", [new BootPart.LoginKey("ssh-rsa AAAA it's mine")]);
            (await File.ReadAllLinesAsync($"{home}/{owner}/.ssh/authorized_keys")).ShouldBe(["ssh-rsa OLD", "ssh-rsa AAAA it's mine"]);
            File.GetUnixFileMode($"{home}/{owner}/.ssh/authorized_keys").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Exists($"{home}/{(owner is "user" ? "root" : "user")}/.ssh/authorized_keys").ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task A_terminal_that_hangs_up_while_it_begins_does_not_end_it()
    {
        var home = Directory.CreateTempSubdirectory("minato-user-data-").FullName;
        try
        {
            (await RunAsync(home, "i-1", [new BootPart.Early(["kill -HUP $$"]), new BootPart.Late([$"echo done > {home}/done"])])).ShouldBe(0);
            File.Exists($"{home}/done").ShouldBeTrue();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>The machine's own places are put below a folder, and what would go on beside the shell is waited for.</summary>
    /// <returns>How the shell that was told it ended.</returns>
    private static async Task<int> RunAsync(string home, string instance, ImmutableArray<BootPart> parts)
    {
        var script = BootScript.Compile(instance, parts).Replace("/var/lib/cloud", home + "/cloud").Replace("> /proc/1/fd/1", $">> {home}/console")
            .Replace("/etc/passwd", home + "/passwd").Replace("h=/root;", $"h={home}/root;") + "wait\n";
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script])) ?? throw new InvalidOperationException();
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shell.ExitCode;
    }
}
