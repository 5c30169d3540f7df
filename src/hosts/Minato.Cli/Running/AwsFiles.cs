namespace Minato.Cli.Running;

/// <summary>The two files in which the AWS CLI keeps profiles.</summary>
internal static class AwsFiles
{
    /// <returns>Settings of a profile by name; none when there is no such profile. What stands in the file of credentials goes first.</returns>
    public static IReadOnlyDictionary<string, string> Read(string profile)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(settings, PathOf("AWS_CONFIG_FILE", "config"), profile is "default" ? ["default", "profile default"] : [$"profile {profile}"]);
        Add(settings, PathOf("AWS_SHARED_CREDENTIALS_FILE", "credentials"), [profile]);
        return settings;
    }

    private static void Add(Dictionary<string, string> settings, string path, string[] sections)
    {
        var isOurs = false;
        foreach (var line in Lines(path).Select(l => l.TrimEnd()).Where(l => l.Length > 0 && l[0] is not ('#' or ';')))
        {
            if (line[0] == '[') isOurs = sections.Contains(string.Join(' ', line.Trim('[', ']').Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparer.Ordinal);
            // What is indented belongs to the setting above it.
            else if (isOurs && !char.IsWhiteSpace(line[0]) && line.Split('=', 2) is [var name, var value]) settings[name.Trim()] = value.Trim();
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException(e.Message);
        }
    }

    private static string PathOf(string variable, string file) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
        ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", file);
}
