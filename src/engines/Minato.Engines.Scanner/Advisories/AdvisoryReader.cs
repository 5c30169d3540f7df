using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Minato.Engines.Scanner.Versions;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>Looks advisories up by package. One scan, one reader.</summary>
internal sealed class AdvisoryReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _byPackage;

    public AdvisoryReader(SqliteConnection connection)
    {
        _connection = connection;
        _byPackage = connection.CreateCommand();
        _byPackage.CommandText = "SELECT f.json, a.json, f.ecosystem FROM affected f JOIN advisories a ON a.row = f.advisory WHERE f.package = $package ORDER BY a.id";
        _byPackage.Parameters.Add(new SqliteParameter("$package", null));
    }

    /// <summary>When the newest entry was changed.</summary>
    public DateTimeOffset? Newest
    {
        get
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT value FROM meta WHERE name = 'newest'";
            return DateTimeOffset.TryParse(command.ExecuteScalar() as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        }
    }

    /// <summary>All that speak of the package in the ecosystem, whatever the version.</summary>
    /// <param name="ecosystem">With its release for a distribution.</param>
    public List<(Advisory Advisory, AffectedPackage Affected)> Find(string ecosystem, string package)
    {
        _byPackage.Parameters[0].Value = Ecosystem.Normalize(ecosystem, package);
        using var rows = _byPackage.ExecuteReader();
        var found = new List<(Advisory, AffectedPackage)>();
        while (rows.Read())
        {
            if (!EcosystemMatch.Is(rows.GetString(2), ecosystem)) continue;
            if (JsonSerializer.Deserialize((byte[])rows[0], OsvJson.Default.AffectedPackage) is { } affected
                && JsonSerializer.Deserialize((byte[])rows[1], OsvJson.Default.Advisory) is { } advisory) found.Add((advisory, affected));
        }

        return found;
    }

    public void Dispose()
    {
        _byPackage.Dispose();
        _connection.Dispose();
    }
}

/// <summary>Whether an advisory of one ecosystem speaks of packages of another spelling of it.</summary>
internal static class EcosystemMatch
{
    /// <param name="advisory">As the database has it, such as <c>Ubuntu:22.04:LTS</c> or <c>Red Hat:enterprise_linux:9::baseos</c>.</param>
    /// <param name="image">As the image's distribution says, such as <c>Ubuntu:22.04</c> or <c>Red Hat:9</c>.</param>
    public static bool Is(string advisory, string image)
    {
        if (advisory == image) return true;
        var (one, other) = (advisory.Split(':'), image.Split(':'));
        if (one[0] != other[0] || other.Length < 2) return false;
        return one[0] switch
        {
            // The release, then LTS or Pro: Pro's fixes are not what an image of the plain distribution can have.
            "Ubuntu" => one is [_, var release, "LTS"] && release == other[1],
            "Red Hat" => one is [_, "enterprise_linux" or "rhel_eus", var release, ..] && release.Split('.')[0] == other[1],
            "Debian" => one.Length > 1 && one[1] == other[1].Split('.')[0],
            "SUSE" or "openSUSE" => one.Length > 1 && string.Join(' ', one[1..]).Replace("SP", "", StringComparison.Ordinal) == other[1].Replace(".", " ", StringComparison.Ordinal),
            _ => false,
        };
    }
}
