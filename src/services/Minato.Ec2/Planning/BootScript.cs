using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Minato.Ec2.Planning;

/// <summary>
/// What an instance is told to do with its user data, as a script of a POSIX shell. As with cloud-init the instance itself remembers, in its
/// files, that it has been done: so it is done once in its life, however often it is told.
/// </summary>
internal static class BootScript
{
    private const string Root = "/var/lib/cloud";

    /// <summary>The id of the first user that somebody makes.</summary>
    private const int FirstUser = 1000;

    /// <summary>What Linux takes as one argument of a program, less a little.</summary>
    private const int MaxLength = 120 * 1024;

    /// <param name="instance">Another instance made of this one's files is another one, and does it anew.</param>
    public static string Compile(string instance, ImmutableArray<BootPart> parts) =>
        Write(instance, parts) is { Length: <= MaxLength } script ? script : Write(instance, [.. parts.OfType<BootPart.LoginKey>().Take(1), new BootPart.Unknown("user data of this size")]);

    /// <summary>
    /// The shell that is told this has a terminal, which hangs up when that shell ends: what goes on without it must be deaf to that from its
    /// very beginning.
    /// </summary>
    private static string Write(string instance, ImmutableArray<BootPart> parts)
    {
        var script = new StringBuilder();
        script.Append(CultureInfo.InvariantCulture, $"d={Root}/instances/{instance}\n");
        script.Append("""
            [ -e "$d/sem/config_scripts_user" ] && exit 0
            mkdir -p "$d/sem" "$d/scripts" && ln -sfn "$d" /var/lib/cloud/instance && : > "$d/sem/config_scripts_user" || exit 1
            trap '' HUP
            (

            """);
        foreach (var part in parts.OfType<BootPart.Unknown>()) Say(script, $"{part.What} is not served here");
        foreach (var part in parts.OfType<BootPart.Early>()) script.Append(string.Join('\n', part.Lines)).Append('\n');
        foreach (var part in parts.OfType<BootPart.WriteFile>()) Write(script, part);
        LetIn(script, [.. parts.OfType<BootPart.LoginKey>().Select(k => k.Line)]);
        var number = 0;
        foreach (var part in parts.OfType<BootPart.Script>()) Run(script, string.Create(CultureInfo.InvariantCulture, $"part-{++number:D3}"), part.Content.Span);
        var late = parts.OfType<BootPart.Late>().SelectMany(p => p.Lines).ToList();
        if (late.Count > 0) Run(script, "runcmd", Encoding.UTF8.GetBytes("#!/bin/sh\n" + string.Join('\n', late) + "\n"));
        if (parts.Any(p => p is not BootPart.LoginKey)) Say(script, "user data is done");
        // The console of the machine is its first process's output.
        script.Append(") < /dev/null > /proc/1/fd/1 2>&1 &\n");
        return script.ToString();
    }

    /// <summary>One word of a shell, whatever is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static void Say(StringBuilder script, string words) => script.Append(CultureInfo.InvariantCulture, $"echo {Quote("cloud-init: " + words)}\n");

    private static void Run(StringBuilder script, string name, ReadOnlySpan<byte> content)
    {
        script.Append(CultureInfo.InvariantCulture, $"f=\"$d/scripts/{name}\"; printf '{Escape(content)}' > \"$f\"; chmod 700 \"$f\"; \"$f\"\n");
        script.Append(CultureInfo.InvariantCulture, $"echo \"cloud-init: {name} ended with code $?\"\n");
    }

    private static void Write(StringBuilder script, BootPart.WriteFile file)
    {
        var path = Quote(file.Path);
        script.Append(CultureInfo.InvariantCulture, $"mkdir -p \"$(dirname {path})\"; printf '{Escape(file.Content.Span)}' {(file.IsAppended ? ">>" : ">")} {path}");
        script.Append(CultureInfo.InvariantCulture, $"; chmod {Quote(file.Permissions ?? "0644")} {path}");
        if (file.Owner is { } owner) script.Append(CultureInfo.InvariantCulture, $"; chown {Quote(owner)} {path}");
        script.Append('\n');
    }

    /// <summary>As images of AWS do it: into the home of the first user, and where there is none, of root.</summary>
    private static void LetIn(StringBuilder script, ImmutableArray<string> keys)
    {
        if (keys.IsEmpty) return;
        script.Append(CultureInfo.InvariantCulture, $"""
            h=/root; o=0:0
            [ -r /etc/passwd ] && while IFS=: read -r n p u g c w s; do [ "$u" = {FirstUser} ] && [ -d "$w" ] && h="$w" && o="$u:$g"; done < /etc/passwd
            if [ -d "$h" ]; then
            f="$h/.ssh/authorized_keys"; mkdir -p "$h/.ssh"; [ -s "$f" ] && echo >> "$f"
            printf '%s\n' {string.Join(' ', keys.Select(Quote))} >> "$f"; chmod 700 "$h/.ssh"; chmod 600 "$f"; chown -R "$o" "$h/.ssh"
            fi

            """);
    }

    /// <summary>As <c>printf</c> takes it in single quotes: every byte comes out as it was.</summary>
    private static string Escape(ReadOnlySpan<byte> content)
    {
        var text = new StringBuilder(content.Length);
        foreach (var b in content)
        {
            if (b is (byte)'%') text.Append("%%");
            else if (b is (byte)'\n' || (b is >= 0x20 and < 0x7f && b is not ((byte)'\'' or (byte)'\\'))) text.Append((char)b);
            else text.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
        }
        return text.ToString();
    }
}
