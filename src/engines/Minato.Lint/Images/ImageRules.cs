using Minato.Lint.Rules;

namespace Minato.Lint.Images;

/// <summary>Dockle's checkpoints over one image.</summary>
internal static class ImageRules
{
    private const long Large = 1L << 30;
    private const int SetId = 0xC00; // 06000
    private static readonly string[] s_secretNames = ["PASS", "PASSWD", "PASSWORD", "SECRET", "KEY", "ACCESS", "TOKEN"];
    private static readonly string[] s_allowedNames = ["GPG_KEY", "GPG_KEYS"];
    private static readonly string[] s_sensitive = ["/sys", "/dev", "/proc"];

    private static readonly HashSet<string> s_credentials =
    [
        "credentials.json", "credential.json", "credentials", "credential", "password.txt", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "secret_token.rb", "carrierwave.rb",
        "omniauth.rb", "settings.py", "database.yml", "credentials.xml", ".env",
    ];

    private static readonly HashSet<string> s_needless =
        ["Dockerfile", "docker-compose.yml", ".vimrc", ".DS_Store", ".cache", ".aws", ".azure", ".gcp", ".git", ".vscode", ".idea", ".npm"];

    public static List<LintFinding> Check(ImageSubject image)
    {
        var findings = new List<LintFinding>();
        void Tell(string code, string message) => findings.Add(new(RuleBook.Of(code), image.Name, 0, message));
        // AWS and Kubernetes see 0; this checkpoint names only these two.
        if (image.User is "" or "root") Tell("CIS-DI-0001", "The last user is root.");
        if (image.IsContentTrusted is false) Tell("CIS-DI-0005", "DOCKER_CONTENT_TRUST is not 1.");
        if (!image.HasHealthCheck) Tell("CIS-DI-0006", "There is no HEALTHCHECK.");
        foreach (var variable in image.Environment)
        {
            if (variable.Split('=', 2) is [var name, { Length: > 0 }] && s_secretNames.Any(n => name.Contains(n, StringComparison.OrdinalIgnoreCase)) && !s_allowedNames.Contains(name))
                Tell("CIS-DI-0010", $"The variable {name} has a value.");
        }

        foreach (var volume in image.Volumes.Where(v => s_sensitive.Contains(v.TrimEnd('/')))) Tell("DKL-DI-0002", $"{volume} is a volume.");
        if (Tag(image.Name) == "latest") Tell("DKL-DI-0006", "The tag is latest.");
        HistoryRules.Check(image.History, Tell);
        if (image.Files is { } files) Files(files, Tell);
        foreach (var secret in image.Secrets) Tell("MIN3001", secret);
        if (image.Size > Large) Tell("MIN3002", $"Its layers are {image.Size >> 20} MiB.");
        return findings;
    }

    private static void Files(IReadOnlyList<ImageFile> files, Action<string, string> tell)
    {
        foreach (var file in files)
        {
            var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            if (!file.IsDirectory && (file.Mode & SetId) != 0) tell("CIS-DI-0008", $"{((file.Mode & 0x800) != 0 ? "setuid" : "setgid")} file: {file.Path}.");
            if (!file.IsDirectory && s_credentials.Contains(name) && !IsOfOthers(file.Path)) tell("CIS-DI-0010", $"{file.Path} is named as credentials are.");
            if (s_needless.Contains(name) && !IsOfOthers(file.Path)) tell("DKL-LI-0003", $"{file.Path} is needless.");
            if (file.Text is { } text) Accounts(file.Path, text, tell);
        }
    }

    private static bool IsOfOthers(string path) => path.Split('/') is var parts && (parts.Contains("node_modules") || parts.Contains("vendor") || parts.Contains("site-packages") || parts.Contains("dist-packages"));

    private static void Accounts(string path, string text, Action<string, string> tell)
    {
        var rows = text.Split('\n').Select(l => l.TrimEnd('\r').Split(':')).Where(r => r.Length > 2 && r[0].Length > 0 && r[0][0] != '#').ToList();
        if (path == "etc/shadow")
        {
            foreach (var row in rows.Where(r => r[1].Length == 0)) tell("DKL-LI-0001", $"{row[0]} has an empty password.");
            return;
        }

        foreach (var same in rows.GroupBy(r => r[2]).Where(g => g.Key.Length > 0 && g.Select(r => r[0]).Distinct().Count() > 1))
            tell("DKL-LI-0002", $"{string.Join(" and ", same.Select(r => r[0]).Distinct())} have the number {same.Key} in /{path}.");
    }

    private static string? Tag(string image)
    {
        var name = image.Split('@')[0];
        return image.Contains('@', StringComparison.Ordinal) ? null : name.LastIndexOf(':') is var colon && colon > name.LastIndexOf('/') ? name[(colon + 1)..] : null;
    }
}
