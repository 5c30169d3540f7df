using System.CommandLine;
using Minato.Cli.Output;
using Minato.Cli.Registry;
using Minato.Cli.Running;
using Minato.Platform;
using Minato.Platform.Files;
using Minato.Server;

namespace Minato.Cli.Commands;

/// <summary>Makes ECR's real host names mean this installation's registry on this machine, and undoes it.</summary>
internal static class RegistryCommand
{
    private static readonly Option<string[]> Account = new("--account") { Description = "Account whose registry is meant (default: the installation's); may be repeated.", HelpName = "ACCOUNT" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do it. Without this the plan is shown and nothing is changed." };

    public static Command Create()
    {
        var claim = new Command("claim", "Makes ACCOUNT.dkr.ecr.REGION.amazonaws.com mean this registry for Docker on this machine; shows first what that changes.") { Account, Yes };
        claim.SetAction(ClaimAsync);
        var release = new Command("release", "Undoes claim.") { Yes };
        release.SetAction(ReleaseAsync);
        return new Command("registry", "The registry under its real names: claim, release.") { claim, release };
    }

    /// <summary>Takes away what a claim put on this machine, for a server that has stopped.</summary>
    /// <returns>What was taken away, a line each.</returns>
    public static IReadOnlyList<string> Undo(InstallationFile installation, string dataDirectory) =>
        RegistryClaimFile.Find(dataDirectory) is { } claim ? new HostClaim(installation.Id).Undo(claim.Names) : [];

    private static async Task<int> ClaimAsync(ParseResult parsed, CancellationToken ct)
    {
        var files = new ServerFiles(parsed.DataDirectory());
        var (installation, _) = files.Require();
        var region = parsed.GetRequiredValue(Options.Region);
        string[] accounts = parsed.GetValue(Account) is [_, ..] given ? given : [installation.AccountId];
        string[] kept = [.. RegistryClaimFile.Find(files.DataDirectory)?.Names ?? []];
        string[] names = [.. kept.Union(accounts.Select(a => $"{a}.dkr.ecr.{region}.amazonaws.com"), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var (host, address) = (new HostClaim(installation.Id), HostClaim.AddressOf(installation.Id));
        host.Check(names);
        foreach (var step in host.Plan(address, names)) Screen.Line(step);
        Screen.Line($"listen on {address}:443 with a certificate of this installation for these names");
        if (!parsed.GetValue(Yes))
        {
            Screen.Dim($"Nothing was changed. To do it: ./minato registry claim{parsed.DataArgument()} … --yes");
            return 0;
        }

        using var minato = new MinatoClient(files, region);
        // First the listener: names that lead nowhere would be worse than none.
        await minato.ClaimRegistryAsync(address, names, ct);
        try
        {
            host.Apply(address, names, FilePlatform.OpenAuthority(files.DataDirectory, new Ids(), TimeProvider.System).RootPem);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            host.Undo(names);
            await minato.ReleaseRegistryAsync(CancellationToken.None);
            throw new UserException($"the names cannot be claimed: {e.Message} Run it as root.");
        }

        Screen.Done($"{string.Join(", ", names)} is this registry now.");
        Screen.Dim($"aws ecr get-login-password | docker login --username AWS --password-stdin {names[0]}");
        return 0;
    }

    private static async Task<int> ReleaseAsync(ParseResult parsed, CancellationToken ct)
    {
        var files = new ServerFiles(parsed.DataDirectory());
        if (files.Installation is not { } installation || RegistryClaimFile.Find(files.DataDirectory) is not { } claim)
            throw new UserException("nothing is claimed.");
        var host = new HostClaim(installation.Id);
        if (!parsed.GetValue(Yes))
        {
            Screen.Line($"take its line out of {host.HostsFile}");
            foreach (var name in claim.Names) Screen.Line($"delete {host.CertificateOf(name)}");
            Screen.Dim($"Nothing was changed. To do it: ./minato registry release{parsed.DataArgument()} --yes");
            return 0;
        }

        foreach (var undone in host.Undo(claim.Names)) Screen.Line($"Removed {undone}.");
        if (files.Running is null)
        {
            RegistryClaimFile.Delete(files.DataDirectory);
        }
        else
        {
            using var minato = new MinatoClient(files, parsed.GetRequiredValue(Options.Region));
            await minato.ReleaseRegistryAsync(ct);
        }

        Screen.Done($"{string.Join(", ", claim.Names)} is AWS's again.");
        return 0;
    }
}
