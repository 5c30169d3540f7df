using Microsoft.Extensions.DependencyInjection;

namespace Minato.Platform.Sqlite;

/// <summary>Registration of what keeps an installation's state on disk.</summary>
public static class SqlitePlatform
{
    /// <summary>Journal and append log in a data directory.</summary>
    public static IServiceCollection AddSqlite(this IServiceCollection services, string directory)
    {
        services.AddSingleton<IJournal>(_ => new SqliteJournal(directory));
        services.AddSingleton<IAppendLog>(_ => new SqliteAppendLog(directory));
        return services;
    }
}
