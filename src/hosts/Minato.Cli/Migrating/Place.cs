using System.CommandLine;
using Minato.Cli.Running;
using Minato.Migration.Journal;

namespace Minato.Cli.Migrating;

/// <summary>Who answers the AWS APIs of a migration, as it has to be typed again.</summary>
internal static class Place
{
    /// <summary>What the command in hand was given.</summary>
    public static string ArgumentOf(ParseResult parsed) =>
        AwsAccess.Argument(parsed) + (parsed.GetResult(Options.Region) is { Implicit: false } ? $" --region {parsed.GetValue(Options.Region)}" : "");

    /// <summary>What the migration was begun with; as short as it can be where the command in hand means the same.</summary>
    public static string ArgumentOf(ParseResult parsed, MigrationState state) => state.Where is { } where && where != AwsAccess.PlaceOf(parsed) ? $" {where}" : ArgumentOf(parsed);
}
