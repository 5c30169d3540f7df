using System.Text;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Cli.Migrating;

/// <summary>Plan files, their journals and reports.</summary>
internal static class MigrationFiles
{
    public static MigrationPlan Read(string path) => Parse(path, Text(path));

    public static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{e.Message} A plan to begin from: ./minato migrate init {path}");
        }
    }

    /// <summary>A plan that has begun needs its file no more.</summary>
    public static bool IsStill(string path, string text) => !File.Exists(path) || Text(path) == text;

    public static MigrationPlan Parse(string path, string text)
    {
        try
        {
            return PlanReader.Read(text);
        }
        catch (PlanException e)
        {
            throw new UserException(string.Join('\n', e.Faults.Select(f => $"{path} {f}")), exitCode: 2);
        }
    }

    /// <summary>The plan in force, which is the journal's once it has begun.</summary>
    public static (MigrationPlan Plan, MigrationState State) Standing(string path, JournalFile journal)
    {
        var state = MigrationState.Of(journal.Read());
        return (state.Attempt == 0 ? Read(path) : Parse(path, state.Plan), state);
    }

    /// <summary>As a whole: a crash leaves the old or the new one.</summary>
    public static void Replace(string path, string text)
    {
        var temporary = $"{path}.new";
        using (var file = File.Create(temporary))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
